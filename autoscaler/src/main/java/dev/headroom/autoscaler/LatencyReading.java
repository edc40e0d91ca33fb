package dev.headroom.autoscaler;

import java.time.Duration;
import java.time.Instant;

/**
 * How long the requests of a service took, as the gateway measured it over the {@code window} that
 * ended at {@code at}.
 *
 * @param p95 zero when there was no request
 */
public record LatencyReading(Duration p95, long requests, Instant at, Duration window) {}

package dev.headroom.signals;

import java.util.Optional;

/**
 * One HTTP request and its response, as the gateway saw them.
 *
 * @param service the service that was asked; empty when no service has the path
 * @param instance the replica that answered; empty when none did
 * @param route low-cardinality template, for example {@code /api/issues/{id}}
 * @param status of the response to the client; 499 when the client left first
 * @param durationNanos from the request head being read to the last byte written
 * @param upstreamNanos from the request being sent to the response head; 0 when none was asked
 * @param trace the context sent upstream
 * @param parent the caller's span, when it sent one
 */
public record Exchange(
    long startEpochNanos,
    String service,
    String instance,
    String method,
    String route,
    String path,
    int status,
    long durationNanos,
    long upstreamNanos,
    long requestBytes,
    long responseBytes,
    TraceContext trace,
    Optional<SpanId> parent) {}

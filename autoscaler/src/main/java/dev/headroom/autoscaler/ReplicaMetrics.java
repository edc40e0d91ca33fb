package dev.headroom.autoscaler;

import java.util.List;
import java.util.Optional;

/**
 * Where the autoscaler gets its figures from. The launcher gives it the telemetry store and the
 * runtime.
 */
@FunctionalInterface
public interface ReplicaMetrics {
  /**
   * Every replica of {@code service} that exists now, those that are starting or stopping included.
   * In-flight and CPU are means over about the last 30 s, so that a spike counts soon and a single
   * slow request does not. What was not measured is absent, never zero. Answers within a second.
   */
  List<ReplicaReading> read(String service);

  /**
   * How long requests to {@code service} took over about the last 30 s; empty when nobody measures
   * it. Answers within a second.
   */
  default Optional<LatencyReading> latency(String service) {
    return Optional.empty();
  }
}

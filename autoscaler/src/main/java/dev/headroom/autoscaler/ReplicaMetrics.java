package dev.headroom.autoscaler;

import java.util.List;

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
}

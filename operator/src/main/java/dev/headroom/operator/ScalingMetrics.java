package dev.headroom.operator;

import java.time.Instant;
import java.util.Optional;

/** Where the metrics API has its figures from. Thread-safe. */
@FunctionalInterface
public interface ScalingMetrics {

  /**
   * A figure of a service now; empty when there is none that is fresh, in which case the
   * HorizontalPodAutoscaler leaves the replicas as they are.
   *
   * @param namespace of the application
   * @param app its name
   * @throws UnavailableException when whoever knows cannot be asked
   */
  Optional<Reading> read(String namespace, String app, String service, ScalingMetric metric);

  /** A figure, and when it was measured. */
  record Reading(double value, Instant time) {}

  /** Whoever knows cannot be asked. */
  final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnavailableException(String message) {
      super(message);
    }
  }
}

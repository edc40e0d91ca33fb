package dev.headroom.signals;

/**
 * Takes what was measured: the store itself, or an OTLP exporter towards it. Thread-safe. Never
 * blocks on the network or the disk and never throws for load: what cannot be taken is counted and
 * dropped.
 */
@FunctionalInterface
public interface TelemetryConsumer {

  void accept(Telemetry batch);

  /** Tells this one, then the other. */
  default TelemetryConsumer and(TelemetryConsumer other) {
    return batch -> {
      accept(batch);
      other.accept(batch);
    };
  }
}

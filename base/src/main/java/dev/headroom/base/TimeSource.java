package dev.headroom.base;

import java.time.Instant;

/** Where time comes from, so that tests can advance it. Thread-safe. */
public interface TimeSource {

  /** Wall-clock time. */
  Instant now();

  /** Monotonic nanoseconds from an arbitrary origin, for durations. */
  long nanoTime();

  /** Wall-clock nanoseconds since 1970-01-01T00:00:00Z, as OTLP writes them. */
  default long epochNanos() {
    Instant now = now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** The machine's clocks. */
  static TimeSource system() {
    return SystemTimeSource.INSTANCE;
  }
}

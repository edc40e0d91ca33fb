package dev.headroom.apm;

import java.time.Duration;
import java.time.Instant;

/** A span of time: {@code from} inclusive, {@code to} exclusive. */
public record Window(Instant from, Instant to) {

  public Window {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("to: " + to + " (expected: not before " + from + ")");
    }
  }

  /** The {@code length} before {@code end}. */
  public static Window before(Instant end, Duration length) {
    return new Window(end.minus(length), end);
  }

  public double seconds() {
    return Duration.between(from, to).toNanos() / 1e9;
  }
}

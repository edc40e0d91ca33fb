package dev.headroom.apm;

import java.time.Instant;

/** {@code Instant}s as the nanoseconds since 1970 that OTLP and the store's tables are keyed by. */
final class Times {
  private Times() {}

  static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
  }
}

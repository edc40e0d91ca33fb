package dev.headroom.runtime;

import java.time.Duration;

/**
 * How long to wait before the next start of something that keeps ending: 1 s, doubled up to 30 s,
 * forgotten after a minute of health. Not thread-safe.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  private Duration next = Duration.ZERO;

  /** Time to wait after an end that came {@code alive} after the start. */
  Duration after(Duration alive) {
    if (alive.compareTo(FORGOTTEN_AFTER) >= 0) {
      next = Duration.ZERO;
    }
    Duration wait = next;
    Duration doubled = next.isZero() ? FIRST : next.multipliedBy(2);
    next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    return wait;
  }
}

package dev.headroom.advisor.live;

import java.time.Duration;
import java.util.List;

/**
 * How old an answer may get before it is wrong too often: counts comparisons of a new answer with
 * the one that a cache would still hold, by that one's age. Not thread-safe.
 */
final class Ages {
  static final Duration SHORTEST = Duration.ofSeconds(10);

  private static final List<Duration> LIMITS =
      List.of(SHORTEST, Duration.ofSeconds(30), Duration.ofMinutes(1), Duration.ofMinutes(5));
  private static final long LEAST = 10;
  private static final double MOST_WRONG = 0.05;

  private final long[] same = new long[LIMITS.size()];
  private final long[] wrong = new long[LIMITS.size()];

  /** An answer of this age was asked for again. */
  void compared(Duration age, boolean stillRight) {
    for (int i = 0; i < LIMITS.size(); i++) {
      if (age.compareTo(LIMITS.get(i)) <= 0) {
        (stillRight ? same : wrong)[i]++;
        return;
      }
    }
  }

  /**
   * The longest of some round times for which at most one in twenty was wrong and whose last part
   * was seen often enough; the shortest when none is.
   */
  Steady steady() {
    Steady found = new Steady(LIMITS.getFirst(), 0, 0);
    long right = 0;
    long all = 0;
    for (int i = 0; i < LIMITS.size(); i++) {
      right += same[i];
      all += same[i] + wrong[i];
      boolean known = same[i] + wrong[i] >= LEAST;
      if (i == 0 || (known && all - right <= MOST_WRONG * all)) {
        found = new Steady(LIMITS.get(i), right, all);
      }
    }
    return found;
  }

  /**
   * Of {@code compared} answers up to {@code age} old, {@code right} were still right.
   *
   * @param age a round time
   */
  record Steady(Duration age, long right, long compared) {}
}

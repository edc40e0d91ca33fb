package dev.headroom.gateway.upstream;

/**
 * Health of one replica from its checks: so many good ones in a row until healthy, so many bad ones
 * until unhealthy. Not thread-safe.
 */
final class HealthState {
  /** What the checks say. */
  enum Verdict {
    /** Too few checks yet. */
    UNKNOWN,
    HEALTHY,
    UNHEALTHY
  }

  private Verdict verdict = Verdict.UNKNOWN;
  private int good;
  private int bad;

  /**
   * A check ended.
   *
   * @return whether the verdict changed
   */
  boolean checked(boolean passed, int rise, int fall) {
    good = passed ? good + 1 : 0;
    bad = passed ? 0 : bad + 1;
    Verdict before = verdict;
    if (good >= rise) {
      verdict = Verdict.HEALTHY;
    } else if (bad >= fall) {
      verdict = Verdict.UNHEALTHY;
    }
    return verdict != before;
  }

  Verdict verdict() {
    return verdict;
  }
}

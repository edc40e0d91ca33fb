package dev.headroom.advisor;

import java.time.Duration;

/**
 * How an analysis is made.
 *
 * @param watch how long sessions are looked at for texts, waits and blocking
 * @param statements how many, of those that take most time
 * @param rows of one relation that are copied at most; of a larger one a sample
 * @param unusedAfter an index is called unused when its counters are at least as old
 */
public record AdvisorSettings(Duration watch, int statements, long rows, Duration unusedAfter) {

  public static AdvisorSettings defaults() {
    return new AdvisorSettings(Duration.ofSeconds(3), 60, 500_000, Duration.ofDays(7));
  }

  public AdvisorSettings withWatch(Duration next) {
    return new AdvisorSettings(next, statements, rows, unusedAfter);
  }

  public AdvisorSettings withStatements(int next) {
    return new AdvisorSettings(watch, next, rows, unusedAfter);
  }

  public AdvisorSettings withRows(long next) {
    return new AdvisorSettings(watch, statements, next, unusedAfter);
  }

  public AdvisorSettings withUnusedAfter(Duration next) {
    return new AdvisorSettings(watch, statements, rows, next);
  }
}

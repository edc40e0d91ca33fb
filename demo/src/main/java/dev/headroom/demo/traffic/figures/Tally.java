package dev.headroom.demo.traffic.figures;

/** Counts and durations of one endpoint, or of one stretch of time. Thread-safe. */
final class Tally {
  private final Histogram durations = new Histogram();
  private long count;
  private long errors;
  private long limited;
  private long unexpected4xx;

  synchronized void add(Outcome outcome, long nanos) {
    // Being turned away is quick; among the durations it would make an overloaded system look fast.
    if (outcome != Outcome.LIMITED) {
      durations.record(nanos);
    }
    count(outcome);
  }

  /** An error of a request that was never sent and so has no duration. */
  synchronized void addUnsent() {
    count(Outcome.ERROR);
  }

  private void count(Outcome outcome) {
    count++;
    switch (outcome) {
      case ANSWERED -> {}
      case LIMITED -> limited++;
      case UNEXPECTED_4XX -> unexpected4xx++;
      case ERROR -> errors++;
    }
  }

  /** An answer already counted as good turned out to be unreadable. */
  synchronized void spoil() {
    errors++;
  }

  synchronized Totals totals() {
    return new Totals(
        count,
        errors,
        limited,
        unexpected4xx,
        durations.percentileMs(0.50),
        durations.percentileMs(0.95),
        durations.percentileMs(0.99),
        durations.maxMs(),
        durations.meanMs());
  }

  synchronized Totals take() {
    Totals totals = totals();
    durations.clear();
    count = 0;
    errors = 0;
    limited = 0;
    unexpected4xx = 0;
    return totals;
  }

  record Totals(
      long count,
      long errors,
      long limited,
      long unexpected4xx,
      double p50Ms,
      double p95Ms,
      double p99Ms,
      double maxMs,
      double meanMs) {}
}

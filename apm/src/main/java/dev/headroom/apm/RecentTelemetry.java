package dev.headroom.apm;

import dev.headroom.base.TimeSource;

/**
 * The last minutes in memory, which both stores share: cells, events, texts of statements.
 *
 * <p>Time is checked here: what is measured in the future would never leave, and would make {@code
 * newest} lie.
 */
final class RecentTelemetry {
  /** Clocks of well-kept machines differ by less. */
  private static final long TOLERATED_FUTURE_NANOS = 600_000_000_000L;

  private final TimeSource time;
  private final StoreLimits limits;
  private final DropCounts dropped;
  final RecentCells cells;
  final RecentEvents events;
  final QueryTexts texts = new QueryTexts();

  RecentTelemetry(StoreLimits limits, TimeSource time, DropCounts dropped, long eventsSince) {
    this.limits = limits;
    this.time = time;
    this.dropped = dropped;
    this.cells = new RecentCells(limits);
    this.events = new RecentEvents(limits, eventsSince);
  }

  /** Where the memory begins: older windows are asked of the disk. */
  long horizon() {
    return time.epochNanos() - limits.recent().toNanos();
  }

  boolean isPlausible(String signal, long epochNanos) {
    if (epochNanos - time.epochNanos() > TOLERATED_FUTURE_NANOS) {
      dropped.add(signal, "from the future", 1);
      return false;
    }
    return true;
  }
}

package dev.headroom.apm;

import dev.headroom.signals.LogRecord;
import dev.headroom.signals.TraceId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The last events, in memory. Thread-safe. */
final class RecentEvents {
  private final int most;
  // Guarded by this.
  private final ArrayDeque<LogRecord> events = new ArrayDeque<>();
  private long completeSince;

  RecentEvents(StoreLimits limits, long completeSince) {
    this.most = limits.events();
    this.completeSince = completeSince;
  }

  synchronized void add(LogRecord event) {
    events.addLast(event);
    if (events.size() > most) {
      completeSince = Math.max(completeSince, events.removeFirst().epochNanos() + 1);
    }
  }

  synchronized void trim(long from) {
    while (!events.isEmpty() && events.peekFirst().epochNanos() < from) {
      events.removeFirst();
    }
    completeSince = Math.max(completeSince, from);
  }

  /** Whether all events since {@code from} are here. */
  synchronized boolean covers(long from) {
    return from >= completeSince;
  }

  /** By time. */
  synchronized List<LogRecord> ofTrace(TraceId traceId) {
    return events.stream()
        .filter(event -> event.traceId().equals(traceId))
        .sorted(Comparator.comparingLong(LogRecord::epochNanos))
        .toList();
  }

  synchronized List<LogRecord> find(long from, long to, String prefix, int limit) {
    List<LogRecord> found = new ArrayList<>();
    for (LogRecord event : events) {
      if (event.epochNanos() >= from
          && event.epochNanos() < to
          && event.eventName().startsWith(prefix)) {
        found.add(event);
      }
    }
    found.sort(Comparator.comparingLong(LogRecord::epochNanos).reversed());
    return List.copyOf(found.subList(0, Math.min(limit, found.size())));
  }
}

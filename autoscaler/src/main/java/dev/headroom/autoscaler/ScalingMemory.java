package dev.headroom.autoscaler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What was recommended and what was done for one service, an hour back at most. Not thread-safe.
 */
final class ScalingMemory {
  /* The longest window and the longest period that Kubernetes allows. */
  private static final Duration KEPT = Duration.ofHours(1);

  private final Deque<Entry> recommendations = new ArrayDeque<>();
  private final Deque<Entry> changes = new ArrayDeque<>();

  /** Before any stabilisation: what the metrics asked for. */
  void recommended(Instant at, int replicas) {
    add(recommendations, new Entry(at, replicas));
  }

  /** So many replicas were added, or, negative, removed. */
  void changed(Instant at, int by) {
    add(changes, new Entry(at, by));
  }

  private static void add(Deque<Entry> entries, Entry entry) {
    while (!entries.isEmpty() && !entries.getFirst().at.isAfter(entry.at.minus(KEPT))) {
      entries.removeFirst();
    }
    entries.addLast(entry);
  }

  /** The highest of {@code now}'s recommendation and those within {@code window}. */
  int highest(Instant now, Duration window, int recommendation) {
    return recommendations.stream()
        .filter(entry -> entry.at.isAfter(now.minus(window)))
        .mapToInt(Entry::number)
        .reduce(recommendation, Math::max);
  }

  /** The lowest of {@code now}'s recommendation and those within {@code window}. */
  int lowest(Instant now, Duration window, int recommendation) {
    return recommendations.stream()
        .filter(entry -> entry.at.isAfter(now.minus(window)))
        .mapToInt(Entry::number)
        .reduce(recommendation, Math::min);
  }

  /** How many replicas there were when {@code period} began. */
  int atStartOf(Instant now, Duration period, int current) {
    return current
        - changes.stream()
            .filter(entry -> entry.at.isAfter(now.minus(period)))
            .mapToInt(Entry::number)
            .sum();
  }

  private record Entry(Instant at, int number) {}
}

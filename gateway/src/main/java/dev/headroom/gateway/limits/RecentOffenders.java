package dev.headroom.gateway.limits;

import dev.headroom.gateway.LimitStatus.Offender;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The worst of each of the last cells. Thread-safe. */
final class RecentOffenders {
  private final int cells;
  private final Deque<List<Offender>> worst = new ArrayDeque<>();

  RecentOffenders(int cells) {
    this.cells = cells;
  }

  /** Those of one cell; the oldest cell goes. */
  synchronized void add(List<Offender> cell) {
    if (worst.size() == cells) {
      worst.removeFirst();
    }
    worst.addLast(List.copyOf(cell));
  }

  /** The worst of all cells together. */
  synchronized List<Offender> worst(int most) {
    Map<String, Long> sums = new HashMap<>();
    worst.forEach(
        cell -> cell.forEach(each -> sums.merge(each.caller(), each.refused(), Long::sum)));
    return sums.entrySet().stream()
        .map(each -> new Offender(each.getKey(), each.getValue()))
        .sorted(Comparator.comparingLong(Offender::refused).reversed())
        .limit(most)
        .toList();
  }
}

package dev.headroom.apm;

import java.time.Duration;

/**
 * How much a store holds in memory.
 *
 * @param recent how far back cells and events are answered from memory
 * @param seriesPerMetric beyond, points fall into one series {@code otel.metric.overflow}
 * @param points cells in memory, of all series together
 * @param events log records in memory
 * @param spans spans in memory, for the store without a disk
 * @param queue items that wait for the writer
 */
record StoreLimits(
    Duration recent, int seriesPerMetric, int points, int events, int spans, int queue) {

  static final StoreLimits USUAL =
      new StoreLimits(Duration.ofMinutes(20), 2_000, 1_500_000, 10_000, 100_000, 100_000);
}

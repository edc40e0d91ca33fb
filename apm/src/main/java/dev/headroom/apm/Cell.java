package dev.headroom.apm;

import dev.headroom.signals.Metric;
import org.jspecify.annotations.Nullable;

/** What was measured of a series at a time. */
final class Cell {
  static final long NANOS = 5_000_000_000L;

  private final Series series;
  private final long time;
  private final double value;
  private final byte @Nullable [] sketch;

  /**
   * @param time of a gauge the moment, of others the start of the 5 s cell; nanoseconds since 1970
   * @param value of a histogram the count
   * @param sketch of a histogram, as {@link SketchBytes} writes it
   */
  Cell(Series series, long time, double value, byte @Nullable [] sketch) {
    this.series = series;
    this.time = time;
    this.value = value;
    this.sketch = sketch;
  }

  Series series() {
    return series;
  }

  long time() {
    return time;
  }

  double value() {
    return value;
  }

  byte @Nullable [] sketch() {
    return sketch;
  }

  static Cell of(Series series, Metric metric) {
    return switch (metric) {
      case Metric.Gauge gauge -> new Cell(series, gauge.endEpochNanos(), gauge.value(), null);
      case Metric.Sum sum -> new Cell(series, start(sum.endEpochNanos()), sum.value(), null);
      case Metric.Histogram histogram ->
          new Cell(
              series,
              start(histogram.endEpochNanos()),
              histogram.sketch().count(),
              SketchBytes.encode(histogram.sketch()));
    };
  }

  /** Start of the cell that a measurement which ended at {@code end} belongs to. */
  static long start(long end) {
    return Math.floorDiv(end - 1, NANOS) * NANOS;
  }
}

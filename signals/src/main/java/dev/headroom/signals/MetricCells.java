package dev.headroom.signals;

import dev.headroom.base.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts and distributions of the running cell, per series, until they are drained as delta
 * metrics. Thread-safe; recording locks one series for a few nanoseconds.
 *
 * <p>At most {@code maxSeries} series per metric are kept apart; what comes beyond goes into one
 * series with the attribute {@code otel.metric.overflow=true}, as OpenTelemetry's cardinality limit
 * says.
 */
public final class MetricCells {
  private static final Attributes OVERFLOW = Attributes.of("otel.metric.overflow", true);

  private final TimeSource time;
  private final Attributes resource;
  private final int maxSeries;
  private final ConcurrentHashMap<Key, Histogram> histograms = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Key, Sum> sums = new ConcurrentHashMap<>();
  private long cellStart;

  public MetricCells(TimeSource time, Attributes resource, int maxSeries) {
    this.time = time;
    this.resource = resource;
    this.maxSeries = maxSeries;
    this.cellStart = time.epochNanos();
  }

  /** One value of a distribution. */
  public void record(String name, String unit, Attributes attributes, double value) {
    Key key = key(histograms, name, unit, attributes);
    Histogram histogram = histograms.computeIfAbsent(key, k -> new Histogram());
    synchronized (histogram) {
      histogram.recorder.record(value);
    }
  }

  /** So many more. */
  public void add(String name, String unit, Attributes attributes, double more) {
    Key key = key(sums, name, unit, attributes);
    Sum sum = sums.computeIfAbsent(key, k -> new Sum());
    synchronized (sum) {
      sum.value += more;
    }
  }

  private Key key(
      ConcurrentHashMap<Key, ?> series, String name, String unit, Attributes attributes) {
    Key key = new Key(name, unit, attributes);
    return series.size() < maxSeries || series.containsKey(key)
        ? key
        : new Key(name, unit, OVERFLOW);
  }

  /** Ends the cell: what was recorded since the last drain. Series that stayed silent are gone. */
  public synchronized List<Metric> drain() {
    long start = cellStart;
    long end = time.epochNanos();
    cellStart = end;
    List<Metric> metrics = new ArrayList<>(histograms.size() + sums.size());
    histograms.forEach(
        (key, histogram) -> {
          LatencySketch sketch;
          synchronized (histogram) {
            sketch = histogram.recorder.drain();
            histogram.idleDrains = sketch.count() == 0 ? histogram.idleDrains + 1 : 0;
          }
          if (sketch.count() > 0) {
            metrics.add(
                new Metric.Histogram(
                    key.name, key.unit, key.attributes, resource, start, end, sketch));
          } else if (histogram.idleDrains > IDLE_DRAINS) {
            forget(histograms, key, histogram);
          }
        });
    sums.forEach(
        (key, sum) -> {
          double value;
          synchronized (sum) {
            value = sum.value;
            sum.value = 0;
            sum.idleDrains = value == 0 ? sum.idleDrains + 1 : 0;
          }
          if (value != 0) {
            metrics.add(
                new Metric.Sum(key.name, key.unit, key.attributes, resource, start, end, value));
          } else if (sum.idleDrains > IDLE_DRAINS) {
            forget(sums, key, sum);
          }
        });
    return metrics;
  }

  /* A recorder that looked the series up before this removal still writes into the removed object;
   * after a minute without a value that race needs a thread stalled between two instructions. */
  private static <T> void forget(ConcurrentHashMap<Key, T> series, Key key, T idle) {
    series.remove(key, idle);
  }

  private static final int IDLE_DRAINS = 12;

  private record Key(String name, String unit, Attributes attributes) {}

  private static final class Histogram {
    final LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    int idleDrains;
  }

  private static final class Sum {
    double value;
    int idleDrains;
  }
}

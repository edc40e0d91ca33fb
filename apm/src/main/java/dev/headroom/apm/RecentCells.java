package dev.headroom.apm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The cells of the last minutes, in memory. Thread-safe. */
final class RecentCells implements CellSource {
  private final int seriesPerMetric;
  private final int mostPoints;
  // Everything below is guarded by this.
  private final Map<String, Map<Series, Points>> metrics = new HashMap<>();
  private final Map<String, Long> newest = new HashMap<>();
  private long horizon = Long.MIN_VALUE;
  private int points;

  RecentCells(StoreLimits limits) {
    this.seriesPerMetric = limits.seriesPerMetric();
    this.mostPoints = limits.points();
  }

  /** The series itself, or the one that stands for all further ones of its metric. */
  synchronized Series admit(Series series) {
    Map<Series, Points> known = metrics.get(series.metric());
    return known == null || known.size() < seriesPerMetric || known.containsKey(series)
        ? series
        : series.overflow();
  }

  /** False when there is no room for another point. Points before the horizon are not kept. */
  synchronized boolean add(Cell cell) {
    if (cell.time() < horizon) {
      return true;
    }
    if (points >= mostPoints) {
      return false;
    }
    Points of =
        metrics
            .computeIfAbsent(cell.series().metric(), m -> new HashMap<>())
            .computeIfAbsent(cell.series(), s -> new Points(s.kind()));
    points += of.add(cell);
    measured(cell.series().metric(), cell.time());
    return true;
  }

  /** A value of {@code metric} was measured at {@code time}, later than its cell began. */
  synchronized void measured(String metric, long time) {
    newest.merge(metric, time, Math::max);
  }

  /** Forgets what is older than {@code from}. */
  synchronized void trim(long from) {
    horizon = Math.max(horizon, from);
    for (Iterator<Map<Series, Points>> i = metrics.values().iterator(); i.hasNext(); ) {
      Map<Series, Points> series = i.next();
      for (Iterator<Points> j = series.values().iterator(); j.hasNext(); ) {
        Points of = j.next();
        points -= of.trim(horizon);
        if (of.size == 0) {
          j.remove();
        }
      }
      if (series.isEmpty()) {
        i.remove();
      }
    }
  }

  @Override
  public synchronized void scan(String metric, long from, long to, Visitor visitor) {
    metrics
        .getOrDefault(metric, Map.of())
        .forEach((series, of) -> of.scan(series, from, to, visitor));
  }

  /** The last value of each series that is not older than {@code oldest}. */
  synchronized List<Cell> latest(String metric, long oldest) {
    List<Cell> latest = new ArrayList<>();
    metrics
        .getOrDefault(metric, Map.of())
        .forEach(
            (series, of) -> {
              Cell last = of.last(series);
              if (last.time() >= oldest) {
                latest.add(last);
              }
            });
    return latest;
  }

  synchronized List<Series> series() {
    return metrics.values().stream().flatMap(m -> m.keySet().stream()).toList();
  }

  synchronized OptionalLong newest(String metric) {
    Long time = newest.get(metric);
    return time == null ? OptionalLong.empty() : OptionalLong.of(time);
  }

  /* Points of a series in the order of arrival, which is nearly that of time. */
  private static final class Points {
    private long[] times = new long[8];
    private double[] values = new double[8];
    private byte[][] sketches;
    private int size;

    Points(Series.Kind kind) {
      sketches = kind == Series.Kind.HISTOGRAM ? new byte[8][] : new byte[0][];
    }

    /** How many points more there are. */
    int add(Cell cell) {
      boolean merges = cell.series().kind() != Series.Kind.GAUGE;
      // Of a cell that is still open, every sender and every commit brings a part.
      for (int i = size - 1; merges && i >= Math.max(0, size - 4); i--) {
        if (times[i] == cell.time()) {
          values[i] += cell.value();
          byte[] sketch = cell.sketch();
          if (sketch != null) {
            sketches[i] = merged(sketches[i], sketch);
          }
          return 0;
        }
      }
      if (size == times.length) {
        times = Arrays.copyOf(times, size * 2);
        values = Arrays.copyOf(values, size * 2);
        sketches = sketches.length == 0 ? sketches : Arrays.copyOf(sketches, size * 2);
      }
      times[size] = cell.time();
      values[size] = cell.value();
      byte[] sketch = cell.sketch();
      if (sketch != null && sketches.length > 0) {
        sketches[size] = sketch;
      }
      size++;
      return 1;
    }

    private static byte[] merged(byte[] one, byte[] other) {
      SketchSum sum = new SketchSum();
      SketchBytes.addTo(sum, one);
      SketchBytes.addTo(sum, other);
      return SketchBytes.encode(sum.toSketch());
    }

    int trim(long horizon) {
      int gone = 0;
      while (gone < size && times[gone] < horizon) {
        gone++;
      }
      if (gone > 0) {
        int kept = size - gone;
        // To a fitting length, so that a burst does not keep its memory.
        int length = Math.max(8, Integer.highestOneBit(Math.max(1, kept)) * 2);
        times = Arrays.copyOf(Arrays.copyOfRange(times, gone, size), length);
        values = Arrays.copyOf(Arrays.copyOfRange(values, gone, size), length);
        if (sketches.length > 0) {
          sketches = Arrays.copyOf(Arrays.copyOfRange(sketches, gone, size), length);
        }
        size = kept;
      }
      return gone;
    }

    void scan(Series series, long from, long to, Visitor visitor) {
      for (int i = 0; i < size; i++) {
        if (times[i] >= from && times[i] < to) {
          visitor.cell(series, times[i], values[i], sketches.length == 0 ? null : sketches[i]);
        }
      }
    }

    Cell last(Series series) {
      int last = 0;
      for (int i = 1; i < size; i++) {
        last = times[i] >= times[last] ? i : last;
      }
      return new Cell(
          series, times[last], values[last], sketches.length == 0 ? null : sketches[last]);
    }
  }
}

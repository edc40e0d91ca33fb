package dev.headroom.signals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns cumulative points into deltas: what was added since the point before. The first point of a
 * series is its baseline and gives nothing; after a restart of the sender (a later start, or a
 * smaller value) the point counts whole. The series that was silent longest makes room for a new
 * one. Thread-safe.
 */
final class CumulativeSeries {
  private final Map<Key, MetricPoint> last;

  CumulativeSeries(int mostSeries) {
    last =
        new LinkedHashMap<>(256, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, MetricPoint> eldest) {
            return size() > mostSeries;
          }
        };
  }

  @Nullable Metric sum(MetricPoint point) throws MetricPoint.Unusable {
    MetricPoint before = replace(point);
    if (before == null) {
      return null;
    }
    MetricPoint delta = new MetricPoint(point.name, point.unit, point.resource);
    delta.attributes = point.attributes;
    delta.end = point.end;
    boolean restarted = point.start > before.start || point.value < before.value;
    delta.start = restarted ? Math.max(point.start, before.end) : before.end;
    delta.value = restarted ? point.value : point.value - before.value;
    return delta.sum();
  }

  @Nullable Metric explicit(MetricPoint point) throws MetricPoint.Unusable {
    MetricPoint before = replace(point);
    return before == null
        ? null
        : delta(point, before, point.bounds.sameAs(before.bounds), 0).explicit();
  }

  @Nullable Metric exponential(MetricPoint point) throws MetricPoint.Unusable {
    MetricPoint before = replace(point);
    return before == null
        ? null
        : delta(point, before, before.scale >= point.scale, point.zeros - before.zeros)
            .exponential();
  }

  private static MetricPoint delta(
      MetricPoint point, MetricPoint before, boolean comparable, long zeros)
      throws MetricPoint.Unusable {
    MetricPoint delta = new MetricPoint(point.name, point.unit, point.resource);
    delta.attributes = point.attributes;
    delta.end = point.end;
    delta.scale = point.scale;
    delta.offset = point.offset;
    for (int i = 0; i < point.bounds.size(); i++) {
      delta.bounds.add(point.bounds.get(i));
    }
    delta.positive = point.positive.copy();
    boolean same =
        comparable
            && point.start <= before.start
            && zeros >= 0
            && delta.positive.subtract(aligned(before, point));
    // Observed extremes of a cumulative point are those of its whole life: only a restart has them.
    delta.start = same ? before.end : Math.max(point.start, before.end);
    delta.zeros = same ? zeros : point.zeros;
    delta.sum = same ? point.sum - before.sum : point.sum;
    if (!same) {
      delta.min = point.min;
      delta.max = point.max;
    }
    return delta;
  }

  /* The earlier buckets at the scale and offset of the later point. */
  private static LongList aligned(MetricPoint before, MetricPoint point)
      throws MetricPoint.Unusable {
    if (before.scale == point.scale
        && before.offset == point.offset
        && before.positive.size() == point.positive.size()) {
      return before.positive;
    }
    int shift = Math.min(31, before.scale - point.scale);
    long[] counts = new long[point.positive.size()];
    for (int i = 0; i < before.positive.size(); i++) {
      long at = (((long) before.offset + i) >> shift) - point.offset;
      if (at >= 0 && at < counts.length) {
        counts[(int) at] += before.positive.get(i);
      } else if (before.positive.get(i) != 0) {
        throw new MetricPoint.Unusable("a bucket that was counted before is missing");
      }
    }
    LongList aligned = new LongList();
    for (long count : counts) {
      aligned.add(count);
    }
    return aligned;
  }

  /* Null for the first point, and for one that is not later than what is known: a duplicate. */
  private synchronized @Nullable MetricPoint replace(MetricPoint point) {
    Key key = new Key(point.name, point.attributes, point.resource);
    MetricPoint before = last.get(key);
    if (before != null && point.end <= before.end) {
      return null;
    }
    last.put(key, point);
    return before;
  }

  private record Key(String name, Attributes attributes, Attributes resource) {}
}

package dev.headroom.signals;

import java.util.Arrays;

/**
 * Makes a {@link LatencySketch} of other histograms. Exponential ones of scale 6 and more lose
 * nothing but the finer resolution. Of coarser and of explicit ones the values are taken to lie
 * evenly between the ends of their bucket: a quantile is then off by at most the width of that
 * bucket, and its count is exact.
 */
final class SketchImport {
  /** A bucket of scale -2 is 2^4 wide; a coarser one says nothing about a latency. */
  static final int LOWEST_SCALE = -2;

  /** About a nanosecond and thirty years: values beyond land in the outermost bucket. */
  private static final int FIRST = -30 << LatencySketch.SCALE;

  private static final int LAST = (30 << LatencySketch.SCALE) - 1;

  private final long[] dense = new long[LAST - FIRST + 1];

  private SketchImport() {}

  static LatencySketch exponential(
      int scale, int offset, LongList counts, long zeros, double sum, double min, double max) {
    if (scale >= LatencySketch.SCALE) {
      return finer(scale - LatencySketch.SCALE, offset, counts, zeros, sum, min, max);
    }
    SketchImport sketch = new SketchImport();
    double perOctave = Math.scalb(1.0, scale);
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i) > 0) {
        double index = (double) offset + i;
        sketch.spread(
            Math.pow(2, index / perOctave), Math.pow(2, (index + 1) / perOctave), counts.get(i));
      }
    }
    return sketch.build(zeros, sum, min, max);
  }

  /* "Perfect subsetting": 2^shift neighbours become one bucket. */
  private static LatencySketch finer(
      int shift, int offset, LongList counts, long zeros, double sum, double min, double max) {
    int[] indexes = new int[counts.size()];
    long[] merged = new long[counts.size()];
    int n = 0;
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i) == 0) {
        continue;
      }
      int index = (int) Math.clamp(((long) offset + i) >> shift, (long) FIRST, (long) LAST);
      if (n > 0 && indexes[n - 1] == index) {
        merged[n - 1] += counts.get(i);
      } else {
        indexes[n] = index;
        merged[n++] = counts.get(i);
      }
    }
    return build(Arrays.copyOf(indexes, n), Arrays.copyOf(merged, n), zeros, sum, min, max);
  }

  static LatencySketch explicit(
      LongList bounds, LongList counts, double sum, double min, double max) {
    SketchImport sketch = new SketchImport();
    long zeros = 0;
    for (int i = 0; i < counts.size(); i++) {
      long count = counts.get(i);
      if (count == 0) {
        continue;
      }
      // The first bucket has no lower and the last no upper bound but the observed extremes.
      double lower = i > 0 ? bounds.number(i - 1) : Double.isNaN(min) ? 0 : min;
      double upper = i < bounds.size() ? bounds.number(i) : Double.isNaN(max) ? 2 * lower : max;
      if (i > 0 && !Double.isNaN(min)) {
        lower = Math.max(lower, Math.min(min, upper));
      }
      if (!Double.isNaN(max)) {
        upper = Math.max(lower, Math.min(upper, max));
      }
      if (!(upper > 0)) {
        zeros += count;
      } else {
        sketch.spread(lower, upper, count);
      }
    }
    return sketch.build(zeros, sum, min, max);
  }

  private void spread(double lower, double upper, long count) {
    int last = index(upper);
    int first = lower > 0 ? index(lower) : Math.max(FIRST, last - 4 * (1 << LatencySketch.SCALE));
    long placed = 0;
    for (int i = first; i < last; i++) {
      double share = (LatencySketch.lowerBound(i + 1) - lower) / (upper - lower);
      long upTo = Math.clamp(Math.round(count * share), placed, count);
      dense[i - FIRST] += upTo - placed;
      placed = upTo;
    }
    dense[last - FIRST] += count - placed;
  }

  private static int index(double value) {
    // Infinity and what is below any index included.
    return value <= LatencySketch.lowerBound(FIRST)
        ? FIRST
        : value >= LatencySketch.lowerBound(LAST) ? LAST : LatencySketch.indexOf(value);
  }

  private LatencySketch build(long zeros, double sum, double min, double max) {
    int n = 0;
    for (long c : dense) {
      n += c == 0 ? 0 : 1;
    }
    int[] indexes = new int[n];
    long[] counts = new long[n];
    n = 0;
    for (int i = 0; i < dense.length; i++) {
      if (dense[i] != 0) {
        indexes[n] = FIRST + i;
        counts[n++] = dense[i];
      }
    }
    return build(indexes, counts, zeros, sum, min, max);
  }

  private static LatencySketch build(
      int[] indexes, long[] counts, long zeros, double sum, double min, double max) {
    if (indexes.length == 0 && zeros == 0) {
      return LatencySketch.empty();
    }
    double low = zeros > 0 || indexes.length == 0 ? 0 : LatencySketch.lowerBound(indexes[0]);
    double high =
        indexes.length == 0 ? 0 : LatencySketch.lowerBound(indexes[indexes.length - 1] + 1);
    return LatencySketch.of(
        indexes,
        counts,
        zeros,
        Double.isFinite(sum) ? sum : 0,
        min >= 0 ? min : low,
        max >= 0 && max < Double.POSITIVE_INFINITY ? max : high);
  }
}

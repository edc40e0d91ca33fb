package dev.headroom.demo.traffic.figures;

import java.util.Arrays;

/**
 * Durations counted in buckets whose width grows with their value, as HdrHistogram does: each power
 * of two is cut into 128 equal parts, so a percentile is off by 0.4 % at most. Not thread-safe.
 */
public final class Histogram {
  private static final int PRECISION_BITS = 7;
  private static final int PARTS = 1 << PRECISION_BITS;
  // 2^43 ns are more than two hours: longer than any time-out.
  private static final int LARGEST_BITS = 43;
  private static final long LARGEST = (1L << LARGEST_BITS) - 1;

  private final long[] counts = new long[(LARGEST_BITS - PRECISION_BITS + 1) * PARTS];
  private long count;
  private double sum;
  private long max;

  /** Counts one duration; a negative one counts as zero. */
  public void record(long nanos) {
    long value = Math.clamp(nanos, 0, LARGEST);
    counts[index(value)]++;
    count++;
    sum += value;
    max = Math.max(max, value);
  }

  public long count() {
    return count;
  }

  /** The duration that {@code quantile} of all stay within, in milliseconds; 0 without any. */
  public double percentileMs(double quantile) {
    long rank = Math.max(1, (long) Math.ceil(quantile * count));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min(middle(i), (double) max) / 1e6;
      }
    }
    return 0;
  }

  public double meanMs() {
    return count == 0 ? 0 : sum / count / 1e6;
  }

  public double maxMs() {
    return max / 1e6;
  }

  void clear() {
    Arrays.fill(counts, 0);
    count = 0;
    sum = 0;
    max = 0;
  }

  private static int index(long value) {
    if (value < PARTS) {
      return (int) value;
    }
    // The highest bit says which power of two, the seven below it which part.
    int shift = 63 - Long.numberOfLeadingZeros(value) - PRECISION_BITS;
    return (shift + 1) * PARTS + (int) (value >>> shift) - PARTS;
  }

  private static double middle(int index) {
    if (index < PARTS) {
      return index;
    }
    int shift = index / PARTS - 1;
    long lowest = (long) (index % PARTS + PARTS) << shift;
    return lowest + ((1L << shift) - 1) / 2.0;
  }
}

package dev.headroom.signals;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable distribution of non-negative values: OpenTelemetry's exponential histogram at the
 * fixed scale 6, sparse. Any two merge without loss; a quantile is off by at most {@link
 * #RELATIVE_ERROR} of its value. Latencies are in seconds.
 *
 * @see <a
 *     href="https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram">OpenTelemetry
 *     data model</a>
 */
public final class LatencySketch {
  /*
   * Bucket i holds (base^i, base^(i+1)] with base = 2^(2^-6), about 1.0109. A quantile is answered
   * with the point of its bucket from which both ends are equally far in relative terms,
   * 2*lower*upper/(lower+upper), clamped to the observed minimum and maximum, which are exact.
   */
  public static final int SCALE = 6;

  /** (base - 1) / (base + 1). */
  public static final double RELATIVE_ERROR = 0.00542;

  private static final double BUCKETS_PER_LN = (1 << SCALE) / Math.log(2);
  private static final LatencySketch EMPTY =
      new LatencySketch(new int[0], new long[0], 0, 0, 0, Double.POSITIVE_INFINITY, 0);

  private final int[] indexes;
  private final long[] counts;
  private final long zeros;
  private final long count;
  private final double sum;
  private final double min;
  private final double max;

  private LatencySketch(
      int[] indexes, long[] counts, long zeros, long count, double sum, double min, double max) {
    this.indexes = indexes;
    this.counts = counts;
    this.zeros = zeros;
    this.count = count;
    this.sum = sum;
    this.min = min;
    this.max = max;
  }

  public static LatencySketch empty() {
    return EMPTY;
  }

  /**
   * From the parts of a histogram.
   *
   * @param indexes bucket indexes at {@link #SCALE}, ascending, distinct
   * @param counts as many positive counts
   * @throws IllegalArgumentException when the two do not fit
   */
  public static LatencySketch of(
      int[] indexes, long[] counts, long zeros, double sum, double min, double max) {
    if (indexes.length != counts.length) {
      throw new IllegalArgumentException(
          "counts: " + counts.length + " (expected: " + indexes.length + ", one per index)");
    }
    long count = zeros;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] <= 0 || (i > 0 && indexes[i] <= indexes[i - 1])) {
        throw new IllegalArgumentException(
            "bucket " + indexes[i] + ": " + counts[i] + " (expected: ascending, counts > 0)");
      }
      count = Math.addExact(count, counts[i]);
    }
    return new LatencySketch(indexes.clone(), counts.clone(), zeros, count, sum, min, max);
  }

  /** The bucket that holds {@code value} &gt; 0. */
  public static int indexOf(double value) {
    int index = (int) Math.ceil(Math.log(value) * BUCKETS_PER_LN) - 1;
    // The logarithm of an exact power of the base may come out a hair to either side.
    if (value <= lowerBound(index)) {
      return index - 1;
    }
    return value > lowerBound(index + 1) ? index + 1 : index;
  }

  /** Exclusive lower bound of a bucket: base^index. */
  public static double lowerBound(int index) {
    return Math.pow(2, (double) index / (1 << SCALE));
  }

  public long count() {
    return count;
  }

  public double sum() {
    return sum;
  }

  /** Zero when empty. */
  public double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /** Zero when empty. */
  public double min() {
    return count == 0 ? 0 : min;
  }

  /** Zero when empty. */
  public double max() {
    return max;
  }

  public long zeros() {
    return zeros;
  }

  /** A copy of the bucket indexes, ascending. */
  public int[] indexes() {
    return indexes.clone();
  }

  /** A copy of the counts, one per index. */
  public long[] counts() {
    return counts.clone();
  }

  /**
   * The value that the share {@code q} of all values do not exceed; 0 when empty.
   *
   * @param q 0 to 1
   */
  public double quantile(double q) {
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("q: " + q + " (expected: 0 to 1)");
    }
    if (count == 0) {
      return 0;
    }
    long rank = Math.max(1, (long) Math.ceil(q * count));
    long seen = zeros;
    if (rank <= seen) {
      return 0;
    }
    for (int i = 0; i < indexes.length; i++) {
      seen += counts[i];
      if (rank <= seen) {
        double lower = lowerBound(indexes[i]);
        double upper = lowerBound(indexes[i] + 1);
        return Math.clamp(2 * lower * upper / (lower + upper), Math.min(min, max), max);
      }
    }
    return max;
  }

  public LatencySketch merge(LatencySketch other) {
    if (other.count == 0) {
      return this;
    }
    if (count == 0) {
      return other;
    }
    int[] mergedIndexes = new int[indexes.length + other.indexes.length];
    long[] mergedCounts = new long[mergedIndexes.length];
    int i = 0;
    int j = 0;
    int n = 0;
    while (i < indexes.length || j < other.indexes.length) {
      boolean left =
          j == other.indexes.length || (i < indexes.length && indexes[i] <= other.indexes[j]);
      boolean right =
          i == indexes.length || (j < other.indexes.length && other.indexes[j] <= indexes[i]);
      mergedIndexes[n] = left ? indexes[i] : other.indexes[j];
      mergedCounts[n++] = (left ? counts[i++] : 0) + (right ? other.counts[j++] : 0);
    }
    return new LatencySketch(
        Arrays.copyOf(mergedIndexes, n),
        Arrays.copyOf(mergedCounts, n),
        zeros + other.zeros,
        count + other.count,
        sum + other.sum,
        Math.min(min, other.min),
        Math.max(max, other.max));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LatencySketch that
        && count == that.count
        && zeros == that.zeros
        && Double.compare(sum, that.sum) == 0
        && Double.compare(min, that.min) == 0
        && Double.compare(max, that.max) == 0
        && Arrays.equals(indexes, that.indexes)
        && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(indexes) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "LatencySketch[count=%d, p50=%.6f, p95=%.6f, p99=%.6f, max=%.6f]"
        .formatted(count, quantile(0.5), quantile(0.95), quantile(0.99), max);
  }

  /** Collects values into a sketch. Not thread-safe. */
  public static final class Recorder {
    private int first;
    private long[] dense = new long[0];
    private long zeros;
    private double sum;
    private double min = Double.POSITIVE_INFINITY;
    private double max;

    /** Negative and undefined values count as zero. */
    public void record(double value) {
      if (!(value > 0)) {
        zeros++;
        min = Math.min(min, 0);
        return;
      }
      int index = indexOf(Math.min(value, 1e9));
      if (dense.length == 0) {
        first = index - 32;
        dense = new long[96];
      } else if (index < first) {
        int more = first - index + 32;
        long[] wider = new long[dense.length + more];
        System.arraycopy(dense, 0, wider, more, dense.length);
        dense = wider;
        first -= more;
      } else if (index >= first + dense.length) {
        dense = Arrays.copyOf(dense, index - first + 32);
      }
      dense[index - first]++;
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }

    /** What was recorded since the last drain. */
    public LatencySketch drain() {
      int n = 0;
      for (long c : dense) {
        n += c == 0 ? 0 : 1;
      }
      int[] indexes = new int[n];
      long[] counts = new long[n];
      n = 0;
      for (int i = 0; i < dense.length; i++) {
        if (dense[i] != 0) {
          indexes[n] = first + i;
          counts[n++] = dense[i];
        }
      }
      LatencySketch sketch = LatencySketch.of(indexes, counts, zeros, sum, min, max);
      Arrays.fill(dense, 0);
      zeros = 0;
      sum = 0;
      min = Double.POSITIVE_INFINITY;
      max = 0;
      return sketch;
    }
  }
}

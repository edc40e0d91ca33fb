package dev.headroom.autoscaler.sizing;

/**
 * How much weight fell into which bucket, and percentiles of it: {@code util/histogram.go}. Not
 * thread-safe.
 */
final class Histogram {
  /** A bucket with less weight counts as empty: what subtraction leaves of rounding. */
  static final double EPSILON = 0.0001;

  private final Buckets buckets;
  private final double[] weights;
  private double total;

  // Of the buckets that are not empty.
  private int lowest;
  private int highest;

  Histogram(Buckets buckets) {
    this.buckets = buckets;
    this.weights = new double[buckets.count()];
    this.lowest = buckets.count() - 1;
  }

  void add(double value, double weight) {
    int bucket = buckets.find(value);
    weights[bucket] += weight;
    total += weight;
    if (weights[bucket] >= EPSILON) {
      lowest = Math.min(lowest, bucket);
      highest = Math.max(highest, bucket);
    }
  }

  void subtract(double value, double weight) {
    int bucket = buckets.find(value);
    weights[bucket] = minus(weights[bucket], weight);
    total = minus(total, weight);
    narrow();
  }

  private static double minus(double from, double weight) {
    double left = from - weight;
    return left < EPSILON ? 0 : left;
  }

  void scale(double factor) {
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= factor;
    }
    total *= factor;
    narrow();
  }

  private void narrow() {
    while (lowest < weights.length - 1 && weights[lowest] < EPSILON) {
      lowest++;
    }
    while (highest > 0 && weights[highest] < EPSILON) {
      highest--;
    }
  }

  boolean isEmpty() {
    return weights[lowest] < EPSILON;
  }

  /**
   * The end of the first bucket up to which there is {@code fraction} of all weight; of the last
   * bucket, which has none, its start; 0 when it is empty.
   */
  double percentile(double fraction) {
    if (isEmpty()) {
      return 0;
    }
    double threshold = fraction * total;
    double sum = 0;
    int bucket = lowest;
    for (; bucket < highest; bucket++) {
      sum += weights[bucket];
      if (sum >= threshold) {
        break;
      }
    }
    return buckets.start(Math.min(bucket + 1, buckets.count() - 1));
  }
}

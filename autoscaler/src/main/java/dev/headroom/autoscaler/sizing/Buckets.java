package dev.headroom.autoscaler.sizing;

/** How a {@link Histogram} divides the values: bucket 0 starts at 0, the last one has no end. */
interface Buckets {
  int count();

  /** The bucket of {@code value}: the first for what is below it, the last for what is beyond. */
  int find(double value);

  /** The smallest value of {@code bucket}. */
  double start(int bucket);

  /**
   * The first bucket ends at {@code first}, each one after it is {@code ratio} times as wide; the
   * last one starts at {@code max} or beyond. Upstream: {@code util/histogram_options.go}.
   */
  static Buckets exponential(double max, double first, double ratio) {
    int count = (int) Math.ceil(log(max * (ratio - 1) / first + 1, ratio)) + 1;
    return new Buckets() {
      @Override
      public int count() {
        return count;
      }

      @Override
      public int find(double value) {
        return value < first
            ? 0
            : Math.min((int) log(value * (ratio - 1) / first + 1, ratio), count - 1);
      }

      @Override
      public double start(int bucket) {
        return bucket == 0 ? 0 : first * (Math.pow(ratio, bucket) - 1) / (ratio - 1);
      }
    };
  }

  private static double log(double value, double base) {
    return Math.log(value) / Math.log(base);
  }
}

package dev.headroom.autoscaler.sizing;

/**
 * The steps from a percentile to a bound: {@code logic/estimator.go}.
 *
 * <p>A little history says little: the upper bound is widened by (1 + 1/c) and the lower one
 * narrowed by (1 + 0.001/c)⁻² for a confidence c, so that only what is certain is acted upon.
 */
final class Estimator {
  /** What stands for "no bound" when there is no history. */
  static final double UNBOUNDED = 1e14;

  private Estimator() {}

  static double margin(double value, double fraction) {
    return value * (1 + fraction);
  }

  static double confidence(double lifespanSeconds, long samples, double intervalSeconds) {
    return Math.min(lifespanSeconds / intervalSeconds, samples / (intervalSeconds / 60));
  }

  /** {@code value × (1 + multiplier/confidence)^exponent}. */
  static double scaled(double value, double confidence, double multiplier, double exponent) {
    if (confidence == 0) {
      return exponent > 0 ? UNBOUNDED : 0;
    }
    return Math.min(UNBOUNDED, value * Math.pow(1 + multiplier / confidence, exponent));
  }

  static double lower(double value, double confidence) {
    return scaled(value, confidence, 0.001, -2);
  }

  static double upper(double value, double confidence) {
    return scaled(value, confidence, 1, 1);
  }
}

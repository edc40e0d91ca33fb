package dev.headroom.autoscaler.sizing;

import java.time.Duration;
import java.time.Instant;

/**
 * A histogram in which a sample is worth twice one that is a half-life older: {@code
 * util/decaying_histogram.go}. Not thread-safe.
 */
final class DecayingHistogram {
  /* Old samples are not made lighter, new ones are added heavier: by 2^(age of the reference in
   * half-lives). When that factor grows too large for a double, the reference moves to the newest
   * sample and everything is scaled down by what it has moved. */

  private static final int MAX_EXPONENT = 100;

  private final Histogram histogram;
  private final double halfLifeSeconds;
  private double reference = Double.NEGATIVE_INFINITY;

  DecayingHistogram(Buckets buckets, Duration halfLife) {
    this.histogram = new Histogram(buckets);
    this.halfLifeSeconds = halfLife.toNanos() / 1e9;
  }

  void add(Instant at, double value, double weight) {
    histogram.add(value, weight * factor(at));
  }

  /** Takes back one that was added with the same arguments. */
  void subtract(Instant at, double value, double weight) {
    histogram.subtract(value, weight * factor(at));
  }

  private double factor(Instant at) {
    double seconds = at.getEpochSecond() + at.getNano() / 1e9;
    if (seconds > reference + MAX_EXPONENT * halfLifeSeconds) {
      double moved = Math.rint(seconds / halfLifeSeconds) * halfLifeSeconds;
      if (reference > Double.NEGATIVE_INFINITY) {
        histogram.scale(Math.pow(2, Math.rint((reference - moved) / halfLifeSeconds)));
      }
      reference = moved;
    }
    return Math.pow(2, (seconds - reference) / halfLifeSeconds);
  }

  double percentile(double fraction) {
    return histogram.percentile(fraction);
  }

  boolean isEmpty() {
    return histogram.isEmpty();
  }
}

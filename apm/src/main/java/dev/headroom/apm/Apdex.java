package dev.headroom.apm;

import dev.headroom.signals.LatencySketch;
import java.time.Duration;

/**
 * Application Performance Index: how content those are who wait. Up to the threshold they are
 * satisfied, up to four times of it they tolerate, beyond it or with an error they are frustrated.
 *
 * @see <a href="https://en.wikipedia.org/wiki/Apdex">Apdex Technical Specification 1.1</a>
 */
public final class Apdex {
  private Apdex() {}

  /**
   * From 0 to 1; 1 when nobody asked. Errors are taken to be among the satisfied ones, as a sketch
   * does not tell them apart, so that the index is never too high; a value is off by what one
   * bucket of the sketch holds.
   */
  public static double of(LatencySketch latency, long errors, Duration threshold) {
    if (latency.count() == 0) {
      return 1;
    }
    long satisfied = atMost(latency, threshold);
    long tolerating = atMost(latency, threshold.multipliedBy(4)) - satisfied;
    double content = Math.max(0, satisfied - errors) + tolerating / 2.0;
    return content / latency.count();
  }

  private static long atMost(LatencySketch latency, Duration bound) {
    int last = LatencySketch.indexOf(bound.toNanos() / 1e9);
    int[] indexes = latency.indexes();
    long[] counts = latency.counts();
    long atMost = latency.zeros();
    for (int i = 0; i < indexes.length && indexes[i] <= last; i++) {
      atMost += counts[i];
    }
    return atMost;
  }
}

package dev.headroom.gateway.upstream;

import java.time.Duration;
import java.util.Arrays;

/**
 * How many requests may wait for a replica's answer at a time, found from how long the answers take
 * (gradient, as Envoy's adaptive concurrency and Netflix' concurrency-limits do it). While answers
 * take about as long as in the best tenth of a second of the last minute, the limit rises; once
 * they take more than twice as long, what is added only queues, and it falls in proportion.
 *
 * <p>It never falls below {@link #LEAST}: endpoints differ in how long they take, so a few waiting
 * requests say nothing. Not thread-safe.
 */
final class ConcurrencyLimit {
  /** Not even a slow replica is left with less. */
  static final int LEAST = 64;

  static final int MOST = 4096;

  private static final long WINDOW = Duration.ofMillis(100).toNanos();
  private static final int FEWEST_SAMPLES = 10;
  private static final long BUCKET = Duration.ofSeconds(10).toNanos();
  private static final int BUCKETS = 6;

  /** Differences below may be the gateway's own want of a processor, whatever the ratio. */
  private static final double TOLERATED_NANOS = 50e6;

  private static final double TOLERATED_RATIO = 2;
  private static final double STEEPEST = 0.5;

  /** The lowest window mean of each of the last {@link #BUCKETS} times ten seconds. */
  private final double[] lowest = new double[BUCKETS];

  private double limit = MOST;
  private int bucket;
  private long bucketStart;
  private long windowStart;
  private double sum;
  private int samples;
  private int busiest;

  ConcurrencyLimit(long now) {
    Arrays.fill(lowest, Double.POSITIVE_INFINITY);
    bucketStart = now;
    windowStart = now;
  }

  int limit() {
    return (int) limit;
  }

  /**
   * A request waited so long for its answer.
   *
   * @param waiting how many waited when it came, itself included
   */
  void observe(long nanos, int waiting, long now) {
    sum += nanos;
    samples++;
    busiest = Math.max(busiest, waiting);
    if (samples >= FEWEST_SAMPLES && now - windowStart >= WINDOW) {
      adjust(sum / samples, now);
      windowStart = now;
      sum = 0;
      samples = 0;
      busiest = 0;
    }
  }

  private void adjust(double mean, long now) {
    rotate(now);
    lowest[bucket] = Math.min(lowest[bucket], mean);
    double best = Double.POSITIVE_INFINITY;
    for (double each : lowest) {
      best = Math.min(best, each);
    }
    double tolerated = best * TOLERATED_RATIO + TOLERATED_NANOS;
    if (mean > tolerated) {
      double gradient = Math.max(STEEPEST, tolerated / mean);
      limit = Math.max(LEAST, Math.min(limit, busiest) * gradient);
    } else if (busiest >= limit / 2) {
      // Only what is used may grow: an idle replica has proven nothing.
      limit = Math.min(MOST, limit + Math.sqrt(limit));
    }
  }

  private void rotate(long now) {
    for (int i = 0; i < BUCKETS && now - bucketStart >= BUCKET; i++) {
      bucket = (bucket + 1) % BUCKETS;
      lowest[bucket] = Double.POSITIVE_INFINITY;
      bucketStart += BUCKET;
    }
    if (now - bucketStart >= BUCKET) {
      bucketStart = now;
    }
  }
}

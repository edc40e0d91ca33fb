package dev.headroom.router.pool;

import java.time.Duration;

/**
 * Expected cost of one more request to a member: an average of its answer times that follows a peak
 * at once and forgets it slowly, times the requests under way (finagle, {@code PeakEwma.scala}).
 *
 * <p>Finagle forgets within ten seconds. Here it is two: answer times differ more between queries
 * than between members, and whoever has just served a slow query is not slow for that.
 */
final class PeakEwma {
  private static final double DECAY = Duration.ofSeconds(2).toNanos();
  /* Of a member that has answered nothing yet, but is being asked. */
  private static final double PENALTY = Long.MAX_VALUE >> 16;

  private double cost;
  private long stamp;

  PeakEwma(long now) {
    this.stamp = now;
  }

  /** A request was answered in {@code nanos}. */
  void observe(long nanos, long now) {
    double weight = Math.exp(-Math.max(0, now - stamp) / DECAY);
    stamp = now;
    cost = nanos > cost ? nanos : nanos * (1 - weight) + cost * weight;
  }

  /** The lower, the better; {@code pending} requests are under way or wait. */
  double load(int pending, long now) {
    observe(0, now);
    return cost == 0 && pending > 0 ? PENALTY + pending : cost * (pending + 1);
  }
}

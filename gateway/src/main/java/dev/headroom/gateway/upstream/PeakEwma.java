package dev.headroom.gateway.upstream;

/**
 * Expected latency of one replica: an exponentially weighted moving average that jumps to a peak at
 * once and forgets it slowly. Not thread-safe.
 *
 * @see <a
 *     href="https://github.com/twitter/finagle/blob/develop/finagle-core/src/main/scala/com/twitter/finagle/loadbalancer/PeakEwma.scala">PeakEwma.scala</a>
 */
final class PeakEwma {
  /** Load of a replica that has requests and no answer yet: nobody knows how slow it is. */
  private static final double PENALTY = Long.MAX_VALUE >> 16;

  private final double decayNanos;
  private double cost;
  private long stamp;

  PeakEwma(long decayNanos, long now) {
    this.decayNanos = decayNanos;
    this.stamp = now;
  }

  /** A request took so long. */
  void observe(double nanos, long now) {
    double elapsed = Math.max(0, now - stamp);
    stamp = now;
    if (nanos > cost) {
      cost = nanos;
    } else {
      double weight = Math.exp(-elapsed / decayNanos);
      cost = cost * weight + nanos * (1 - weight);
    }
  }

  /** What one more request would meet, given those that run. */
  double load(int inFlight, long now) {
    observe(0, now);
    return cost == 0 && inFlight > 0 ? PENALTY + inFlight : cost * (inFlight + 1);
  }
}

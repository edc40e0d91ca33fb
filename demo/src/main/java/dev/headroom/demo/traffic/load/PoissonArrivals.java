package dev.headroom.demo.traffic.load;

import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/**
 * Arrivals of many users who know nothing of each other: a Poisson process whose rate may change.
 *
 * <p>Time is scaled so that the process has rate one: each gap is an exponential amount of expected
 * arrivals, used up by rate times time. The rest is carried from one stretch to the next, so
 * changing the rate at their borders is exact. Not thread-safe.
 */
public final class PoissonArrivals {
  private final RandomGenerator random;
  private double rest;

  public PoissonArrivals(RandomGenerator random) {
    this.random = random;
    this.rest = random.nextExponential();
  }

  /** Tells the arrivals from {@code from} until before {@code to}, in nanoseconds, in order. */
  public void between(long from, long to, double perSecond, LongConsumer arrival) {
    double perNano = perSecond / 1e9;
    double offset = 0;
    double left = (to - from) * perNano;
    while (rest < left) {
      left -= rest;
      offset += rest / perNano;
      rest = random.nextExponential();
      arrival.accept(from + (long) offset);
    }
    rest -= left;
  }
}

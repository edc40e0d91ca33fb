package dev.headroom.demo.partner;

import java.util.SplittableRandom;

/**
 * A third party's latency in units of its mean: log-normal, so mostly somewhat faster than the mean
 * and now and then much slower. The sequence is the same in every run.
 */
final class Latency {
  private static final double SIGMA = 0.5;
  private static final double LONGEST = 6;

  private final SplittableRandom random = new SplittableRandom(42);

  synchronized double next() {
    // exp(mu + sigma z) has mean 1 when mu is -sigma²/2.
    return Math.min(LONGEST, Math.exp(SIGMA * random.nextGaussian() - SIGMA * SIGMA / 2));
  }
}

package dev.headroom.demo.traffic.load;

import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * Announces each arrival when it is due, whatever became of those before: the open loop.
 *
 * <p>When the machine is late, the arrivals come late in a row, each with the time at which it was
 * due, so that the delay shows in what is measured (no coordinated omission).
 */
public final class Pacer {
  // A user's mean think time.
  static final double SECONDS_PER_REQUEST = 60;
  // How soon a change of the number of users takes effect.
  private static final long SLICE_NANOS = 50_000_000;

  private final TrafficClock clock;
  private final LiveUsers users;
  private final double requestsPerArrival;
  private final PoissonArrivals arrivals;
  // Set by whoever ends the run.
  private volatile boolean stopped;

  public Pacer(
      TrafficClock clock, LiveUsers users, double requestsPerArrival, RandomGenerator random) {
    this.clock = clock;
    this.users = users;
    this.requestsPerArrival = requestsPerArrival;
    this.arrivals = new PoissonArrivals(random);
  }

  /**
   * Runs until {@code end} or {@link #stop}, handing each arrival's due time to {@code arrival},
   * which must not wait.
   */
  public void run(long start, long end, LongConsumer arrival) throws InterruptedException {
    for (long from = start; from < end && !stopped; ) {
      long to = Math.min(from + SLICE_NANOS, end);
      double perSecond = users.at((from - start) / 1e9) / SECONDS_PER_REQUEST / requestsPerArrival;
      long[] due = slice(from, to, perSecond);
      for (int i = 0; i < due.length && !stopped; i++) {
        clock.sleepUntil(due[i]);
        arrival.accept(due[i]);
      }
      clock.sleepUntil(to);
      from = to;
    }
  }

  /** No further arrivals. */
  public void stop() {
    stopped = true;
  }

  private long[] slice(long from, long to, double perSecond) {
    LongStream.Builder due = LongStream.builder();
    arrivals.between(from, to, perSecond, due);
    return due.build().toArray();
  }
}

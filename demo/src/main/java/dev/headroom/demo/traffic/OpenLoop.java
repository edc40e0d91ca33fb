package dev.headroom.demo.traffic;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.load.TrafficClock;
import dev.headroom.demo.traffic.users.Visit;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes visits at once, each on a thread of its own, whatever became of those before.
 *
 * <p>Only so many may be outstanding; a visit beyond that is counted as an error and not made.
 */
final class OpenLoop {
  private static final System.Logger LOG = System.getLogger(OpenLoop.class.getName());

  private final int most;
  private final Executor threads;
  private final Figures figures;
  private final TrafficClock clock;
  private final AtomicInteger outstanding = new AtomicInteger();

  OpenLoop(int most, Executor threads, Figures figures, TrafficClock clock) {
    this.most = most;
    this.threads = threads;
    this.figures = figures;
    this.clock = clock;
  }

  void make(Visit visit, long due) {
    if (outstanding.incrementAndGet() > most) {
      outstanding.decrementAndGet();
      figures.overloaded(visit.endpoint());
      return;
    }
    try {
      threads.execute(() -> run(visit, due));
    } catch (RejectedExecutionException e) {
      outstanding.decrementAndGet();
      throw e;
    }
  }

  private void run(Visit visit, long due) {
    try {
      visit.make().accept(due);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A visit to " + visit.endpoint().label() + " broke off", e);
      figures.sample(visit.endpoint().label() + ": " + e);
    } finally {
      outstanding.decrementAndGet();
    }
  }

  int outstanding() {
    return outstanding.get();
  }

  /** Waits until nothing is outstanding, but not beyond {@code deadline}; how much still is. */
  int await(long deadline) throws InterruptedException {
    while (outstanding.get() > 0 && deadline - clock.nanoTime() > 0) {
      clock.sleepUntil(clock.nanoTime() + 5_000_000);
    }
    return outstanding.get();
  }
}

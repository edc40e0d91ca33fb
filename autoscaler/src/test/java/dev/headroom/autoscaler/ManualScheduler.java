package dev.headroom.autoscaler;

import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs periodic tasks in the test's own thread, as a test advances its clock. */
final class ManualScheduler extends ScheduledThreadPoolExecutor {
  private final FakeTime time;
  private final List<Periodic> tasks = new ArrayList<>();

  ManualScheduler(FakeTime time) {
    super(0);
    this.time = time;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    // The thread pool is only asked for a future that can be cancelled.
    ScheduledFuture<?> future = super.schedule(() -> {}, 1000, TimeUnit.DAYS);
    tasks.add(
        new Periodic(
            command, future, unit.toNanos(period), time.nanoTime() + unit.toNanos(initialDelay)));
    return future;
  }

  /** Advances the clock in steps of a second. */
  void advance(Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      time.advance(Duration.ofSeconds(1));
      for (Periodic task : tasks) {
        while (!task.future.isCancelled() && task.next <= time.nanoTime()) {
          task.command.run();
          task.next += task.period;
        }
      }
    }
  }

  private static final class Periodic {
    final Runnable command;
    final ScheduledFuture<?> future;
    final long period;
    long next;

    Periodic(Runnable command, ScheduledFuture<?> future, long period, long next) {
      this.command = command;
      this.future = future;
      this.period = period;
      this.next = next;
    }
  }
}

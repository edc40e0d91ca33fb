package dev.headroom.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits for what another process does in its own time. */
public final class Await {
  private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

  private Await() {}

  /**
   * Returns as soon as {@code condition} holds. One that throws does not hold yet; what it threw
   * last is the cause of the failure.
   */
  public static void until(Duration bound, Callable<Boolean> condition) {
    long start = System.nanoTime();
    Exception last = null;
    do {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(POLL_NANOS);
    } while (System.nanoTime() - start < bound.toNanos());
    throw failure(bound, last);
  }

  private static AssertionError failure(Duration bound, @Nullable Exception last) {
    return new AssertionError("Still not so after " + bound.toMillis() + " ms", last);
  }
}

package dev.headroom.engines;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Polling with a bound, for what does not tell when it is done. */
final class Waiting {
  private static final long POLL_MILLIS = 10;

  private Waiting() {}

  /** Whether {@code condition} came true within {@code bound}. */
  static boolean until(Duration bound, BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > bound.toNanos()) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }
}

package dev.headroom.router.cluster;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets one thread sleep until it is needed. A call while it is awake is remembered, once. */
final class Wakeup {
  private final Semaphore calls = new Semaphore(0);

  void call() {
    if (calls.availablePermits() == 0) {
      calls.release();
    }
  }

  void await(Duration atMost) throws InterruptedException {
    boolean called = calls.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
    if (called) {
      calls.drainPermits();
    }
  }
}

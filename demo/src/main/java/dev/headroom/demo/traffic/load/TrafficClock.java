package dev.headroom.demo.traffic.load;

import java.util.concurrent.locks.LockSupport;

/** The clock that a run is paced and measured by; tests advance their own. Thread-safe. */
public interface TrafficClock {

  /** Monotonic nanoseconds from an arbitrary origin. */
  long nanoTime();

  /** Waits until {@link #nanoTime} has reached {@code nanos}. */
  void sleepUntil(long nanos) throws InterruptedException;

  /** The machine's. */
  static TrafficClock system() {
    return SystemClock.INSTANCE;
  }

  /** {@link System#nanoTime}. */
  enum SystemClock implements TrafficClock {
    INSTANCE;

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void sleepUntil(long nanos) throws InterruptedException {
      // Thread.sleep rounds up to milliseconds on some kernels; parking does not.
      for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
        LockSupport.parkNanos(left);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
  }
}

package dev.headroom.gateway.upstream;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests may be sent again: a share of those of the last ten seconds, and a reserve for
 * times of little traffic. Without a bound, retries multiply the load of what is failing already.
 * Thread-safe.
 */
public final class RetryBudget {
  private static final double WINDOW = Duration.ofSeconds(10).toNanos();

  /** Retries of a window that need no traffic to pay for them. */
  private static final int RESERVE = 100;

  private final LongAdder requests = new LongAdder();
  private double share;
  private long windowStart;
  private long requestsAtStart;
  private double inherited;
  private int used;

  RetryBudget(double share, long now) {
    this.share = share;
    this.windowStart = now;
  }

  /** Another share from now on. */
  synchronized void share(double next) {
    share = next;
  }

  /** A request came in: a share of a retry is earned. */
  public void earn() {
    requests.increment();
  }

  /** Takes one retry out, if there is one. */
  public synchronized boolean take(long now) {
    double elapsed = Math.max(0, now - windowStart);
    long since = requests.sum() - requestsAtStart;
    if (elapsed >= WINDOW) {
      // Nobody looked at the end of the window: the mean since stands for its last ten seconds.
      inherited = since * (WINDOW / elapsed);
      windowStart = now;
      requestsAtStart += since;
      used = 0;
      elapsed = 0;
      since = 0;
    }
    double counted = inherited * (1 - elapsed / WINDOW) + since;
    double allowed = share > 0 ? RESERVE + share * counted : 0;
    if (used + 1 > allowed) {
      return false;
    }
    used++;
    return true;
  }
}

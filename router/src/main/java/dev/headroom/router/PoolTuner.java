package dev.headroom.router;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many connections there should be to one member, decided anew every few seconds. One thread.
 */
final class PoolTuner {
  /*
   * Little's law gives the need: of the clients' λ requests for a connection a second, each holding
   * it for W seconds, u = λ·W connections are in use on average, whatever the distributions are. At
   * a utilisation of three quarters the queue is short, so the need is u / 0.75; the highest of the
   * last minute counts, so that a peak finds the pool that the last one needed.
   *
   * u cannot exceed the limit, so a pool that is too small does not show its need. It shows
   * queueing: when clients wait for more than a tenth of W, and the pool is nearly always in use,
   * the limit grows by a quarter. Whether that helped is seen in the next window: if the rate has
   * not risen, and W has, then the server is what is short, and more connections only make each
   * other slower (the gradient of throughput is zero): the step is taken back, and none is tried
   * for a minute.
   *
   * A limit that is too high costs nothing at once: connections that nobody uses are closed whatever
   * it is. So it shrinks only after a whole minute of work that needed clearly less, at most by half
   * and to no less than a floor; while nothing is asked it stays.
   */
  private static final double UTILISATION = 0.75;
  private static final double SATURATED = 0.85;
  private static final double QUEUEING = 0.1;
  private static final double GROWTH = 1.25;
  private static final double CLEARLY_LESS = 0.75;
  private static final double SHRINKING = 0.5;
  private static final double RATE_RISEN = 1.05;
  private static final double HOLD_RISEN = 1.10;
  private static final int WINDOWS_REMEMBERED = 12;

  /** Limits below this are not worth the queue that a burst would find. */
  static final int FLOOR = 8;

  /** What to do, and why. */
  record Decision(int limit, String reason) {}

  private record Window(double rate, double inUse, double hold, double queue) {}

  private final Deque<Double> inUse = new ArrayDeque<>();
  private PoolFigures before;
  private long beforeNanos;
  private int limitBeforeGrowth;
  private Window atGrowth = new Window(0, 0, 0, 0);
  private boolean growing;
  private int hold;
  private int settled;

  /** The counters begin with these. */
  PoolTuner(PoolFigures first, long nanoTime) {
    this.before = first;
    this.beforeNanos = nanoTime;
  }

  /**
   * @param now the pool's figures
   * @param most what the server's {@code max_connections} leaves for it
   */
  Decision next(PoolFigures now, long nanoTime, int most) {
    Window window = window(now, nanoTime);
    int limit = now.limit();
    before = now;
    beforeNanos = nanoTime;
    if (window.rate == 0 && window.inUse == 0 && limit <= most) {
      growing = false;
      return new Decision(limit, "nothing was asked");
    }
    inUse.addLast(window.inUse);
    if (inUse.size() > WINDOWS_REMEMBERED) {
      inUse.removeFirst();
    }
    int floor = Math.min(FLOOR, most);
    double peak = inUse.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    int need = Math.clamp((long) Math.ceil(peak / UTILISATION), floor, most);
    settled++;
    if (limit > most) {
      growing = false;
      return new Decision(most, "max_connections leaves %d".formatted(most));
    }
    if (growing) {
      growing = false;
      boolean slower =
          window.rate < atGrowth.rate * RATE_RISEN && window.hold > atGrowth.hold * HOLD_RISEN;
      if (slower) {
        hold = WINDOWS_REMEMBERED;
        return new Decision(
            limitBeforeGrowth,
            "%d were no faster than %d (%.0f/s, each held %.1f ms instead of %.1f): the server is"
                    .formatted(
                        limit,
                        limitBeforeGrowth,
                        window.rate,
                        window.hold * 1000,
                        atGrowth.hold * 1000)
                + " what is short");
      }
    }
    hold = Math.max(0, hold - 1);
    boolean queueing = window.queue > window.hold * QUEUEING && window.inUse > limit * SATURATED;
    if (queueing && hold == 0 && limit < most) {
      growing = true;
      settled = 0;
      limitBeforeGrowth = limit;
      atGrowth = window;
      return new Decision(
          Math.min(most, (int) Math.ceil(limit * GROWTH)),
          "clients waited %.1f ms for %.1f of %d in use"
              .formatted(window.queue * 1000, window.inUse, limit));
    }
    if (settled >= WINDOWS_REMEMBERED && need <= limit * CLEARLY_LESS && !queueing) {
      settled = 0;
      return new Decision(
          Math.max(need, (int) Math.ceil(limit * SHRINKING)),
          "at most %.1f in use in the last minute (%.0f/s, each held %.1f ms)"
              .formatted(peak, window.rate, window.hold * 1000));
    }
    return new Decision(limit, "%.1f of %d in use".formatted(window.inUse, limit));
  }

  private Window window(PoolFigures now, long nanoTime) {
    double seconds = Math.max(1e-3, (nanoTime - beforeNanos) / 1e9);
    double granted = Math.max(0, now.granted() - before.granted());
    double held = Math.max(0, now.heldTime().minus(before.heldTime()).toNanos() / 1e9);
    double waited = Math.max(0, now.queueTime().minus(before.queueTime()).toNanos() / 1e9);
    double each = Math.max(1, granted);
    return new Window(granted / seconds, held / seconds, held / each, waited / each);
  }
}

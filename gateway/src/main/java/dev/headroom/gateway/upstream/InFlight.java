package dev.headroom.gateway.upstream;

/** How many requests run, and their time-weighted mean since the last reading. Not thread-safe. */
final class InFlight {
  private int running;
  private double area;
  private long lastChange;
  private long windowStart;

  InFlight(long now) {
    lastChange = now;
    windowStart = now;
  }

  void begin(long now) {
    advance(now);
    running++;
  }

  void end(long now) {
    advance(now);
    running--;
  }

  int running() {
    return running;
  }

  /** The mean since the last call. */
  double mean(long now) {
    advance(now);
    double mean = now > windowStart ? area / (now - windowStart) : running;
    area = 0;
    windowStart = now;
    return mean;
  }

  private void advance(long now) {
    // Two event loops read the clock before they get here, so `now` may be a little old.
    if (now > lastChange) {
      area += (double) running * (now - lastChange);
      lastChange = now;
    }
  }
}

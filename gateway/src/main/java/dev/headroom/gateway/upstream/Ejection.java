package dev.headroom.gateway.upstream;

import java.time.Duration;

/**
 * Takes a replica out after failures in a row, with Envoy's defaults: five, for 30 s the first
 * time, 30 s longer each time, at most 300 s. A good time of the same length takes one step back.
 * Not thread-safe.
 */
final class Ejection {
  static final int FAILURES = 5;
  private static final long BASE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final int MOST = 10;

  private int inARow;
  private int times;
  private boolean ejected;
  private long until;
  private long calmSince;

  void succeeded() {
    inARow = 0;
  }

  /** A request failed. Whether the replica has now failed often enough to be taken out. */
  boolean failed() {
    return ++inARow >= FAILURES && !ejected;
  }

  /** Takes it out, and says until when. */
  long eject(long now) {
    long calm = (now - calmSince) / BASE_NANOS;
    times = calmSince == 0 ? times : (int) Math.max(0, times - calm);
    times = Math.min(MOST, times + 1);
    ejected = true;
    inARow = 0;
    until = now + BASE_NANOS * times;
    return until;
  }

  /** Is it out? Comes back by itself. */
  boolean isEjected(long now) {
    if (ejected && now - until >= 0) {
      ejected = false;
      calmSince = now;
    }
    return ejected;
  }
}

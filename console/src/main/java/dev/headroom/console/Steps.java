package dev.headroom.console;

import dev.headroom.apm.Window;
import java.time.Duration;
import java.time.Instant;

/** A window cut into equal steps, for a chart without a torn end. */
record Steps(Window window, Duration step) {
  private static final int MOST_POINTS = 180;
  private static final long CELL_SECONDS = 5;

  /** At most {@link #MOST_POINTS} whole steps in multiples of the store's cell, two at least. */
  static Steps of(Window window) {
    long cells = Math.ceilDiv((long) window.seconds(), MOST_POINTS * CELL_SECONDS);
    Duration step = Duration.ofSeconds(Math.max(2, cells) * CELL_SECONDS);
    long millis = step.toMillis();
    long end = window.to().toEpochMilli() / millis * millis;
    long from =
        Math.min(end, Math.floorDiv(end - (long) (window.seconds() * 1000), millis) * millis);
    return new Steps(new Window(Instant.ofEpochMilli(from), Instant.ofEpochMilli(end)), step);
  }

  double seconds() {
    return step.toMillis() / 1e3;
  }
}

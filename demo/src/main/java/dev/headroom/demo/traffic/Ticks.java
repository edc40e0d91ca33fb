package dev.headroom.demo.traffic;

import dev.headroom.demo.traffic.figures.Figures;
import dev.headroom.demo.traffic.load.LiveUsers;
import dev.headroom.demo.traffic.load.TrafficClock;

/** Closes the windows of the live line and of the time line at their times. */
final class Ticks implements AutoCloseable {
  private static final long LIVE_NANOS = 2_000_000_000L;
  private static final long STRETCH_NANOS = 5_000_000_000L;

  private final long start;
  private final TrafficClock clock;
  private final LiveUsers users;
  private final OpenLoop loop;
  private final Figures figures;
  private final Screen screen;
  private final Thread thread;
  private long liveSince;
  private long stretchSince;

  Ticks(
      long start,
      TrafficClock clock,
      LiveUsers users,
      OpenLoop loop,
      Figures figures,
      Screen screen) {
    this.start = start;
    this.clock = clock;
    this.users = users;
    this.loop = loop;
    this.figures = figures;
    this.screen = screen;
    this.liveSince = start;
    this.stretchSince = start;
    this.thread = Thread.ofVirtual().name("ticks").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        long next = Math.min(liveSince + LIVE_NANOS, stretchSince + STRETCH_NANOS);
        clock.sleepUntil(next);
        long now = clock.nanoTime();
        if (now - liveSince >= LIVE_NANOS) {
          screen.live(
              (now - start) / 1e9,
              users.current(),
              loop.outstanding(),
              figures.staleReads(),
              figures.tickLive((now - liveSince) / 1e9));
          liveSince = now;
        }
        if (now - stretchSince >= STRETCH_NANOS) {
          stretch(now);
        }
      }
    } catch (InterruptedException _) {
      // Closing: what is left becomes a last, shorter stretch.
      stretch(clock.nanoTime());
    }
  }

  private void stretch(long now) {
    double seconds = Math.max(1, now - stretchSince) / 1e9;
    figures.tickTimeline((now - start) / 1e9, seconds, users.current(), loop.outstanding());
    stretchSince = now;
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}

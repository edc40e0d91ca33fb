package dev.headroom.demo.traffic.load;

/** A clock on which sleeping takes no time. */
final class FakeClock implements TrafficClock {
  private long now = 17;

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void sleepUntil(long nanos) {
    now = Math.max(now, nanos);
  }

  void advance(long nanos) {
    now += nanos;
  }
}

package dev.headroom.testing;

import dev.headroom.base.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** A clock that stands still until a test advances it. Thread-safe. */
public final class FakeTime implements TimeSource {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private long nanos;

  public synchronized void advance(Duration duration) {
    nanos += duration.toNanos();
  }

  @Override
  public synchronized Instant now() {
    return START.plusNanos(nanos);
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }
}

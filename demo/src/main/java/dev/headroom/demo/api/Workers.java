package dev.headroom.demo.api;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The fixed number of requests that a replica works on at once; the others wait in line. */
final class Workers {
  private static final int LONGEST_LINE = 128;
  private static final long PATIENCE_SECONDS = 5;

  private final Semaphore free;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger busy = new AtomicInteger();

  Workers(int count) {
    this.free = new Semaphore(count, true);
  }

  /** A worker's time, given back by closing. */
  final class Slot implements AutoCloseable {
    private Slot() {
      busy.incrementAndGet();
    }

    @Override
    public void close() {
      busy.decrementAndGet();
      free.release();
    }
  }

  /** Waits for a worker; empty when the line is too long or does not move. */
  Optional<Slot> enter() {
    if (waiting.incrementAndGet() > LONGEST_LINE) {
      waiting.decrementAndGet();
      return Optional.empty();
    }
    try {
      return free.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)
          ? Optional.of(new Slot())
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      waiting.decrementAndGet();
    }
  }

  int busy() {
    return busy.get();
  }

  int waiting() {
    return waiting.get();
  }
}

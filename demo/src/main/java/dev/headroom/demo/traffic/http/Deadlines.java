package dev.headroom.demo.traffic.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Ends exchanges that take too long, up to 50 ms late.
 *
 * <p>Reads with a time-out would do without, but each parks its virtual thread with a timer, and
 * waking the timer's thread for every request was a third of a request's CPU time.
 */
final class Deadlines implements AutoCloseable {
  private static final long PERIOD_NANOS = 50_000_000;

  private final Set<HttpConnection> inUse = ConcurrentHashMap.newKeySet();
  private final LongSupplier nanoTime;
  private final Thread thread;

  Deadlines(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.thread = Thread.ofPlatform().daemon().name("http-deadlines").start(this::watch);
  }

  void begin(HttpConnection connection, long deadline) {
    connection.deadline(deadline);
    inUse.add(connection);
  }

  void end(HttpConnection connection) {
    inUse.remove(connection);
  }

  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(PERIOD_NANOS);
      long now = nanoTime.getAsLong();
      inUse.forEach(connection -> connection.expire(now));
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

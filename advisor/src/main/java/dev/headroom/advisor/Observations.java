package dev.headroom.advisor;

import dev.headroom.advisor.live.Observed;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.signals.Exchange;
import dev.headroom.signals.QueryCall;
import dev.headroom.signals.QuerySample;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * What passes by while an application runs: statements by the router, requests by the gateway. Its
 * methods may be called on event loops: they hand over and return; what finds no room is dropped
 * and counted. Thread-safe.
 */
public final class Observations implements Component {
  private static final int QUEUE = 10_000;
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(QUEUE);
  private final LongAdder dropped = new LongAdder();
  private final Thread reader;
  /* Guarded by itself. */
  private Observed observed = new Observed();
  private final Object lock = new Object();
  private volatile boolean closed;

  private Observations() {
    this.reader = Thread.ofVirtual().name("advisor-observations").unstarted(this::read);
  }

  /** Starts listening. */
  public static Observations start() {
    Observations observations = new Observations();
    observations.reader.start();
    return observations;
  }

  /** A statement that the router has seen. */
  public void statement(QuerySample sample) {
    if (closed || queue.remainingCapacity() == 0) {
      dropped.increment();
      return;
    }
    // The call holds the client's whole message: what waits here is the bounded copy of it.
    offer(sample.with(QueryCall.of(sample.call().sql(), sample.call().parameters())));
  }

  /**
   * A request that the gateway has answered.
   *
   * @param tenant as verified; empty when it is not known
   * @param user as verified; empty when it is not known
   */
  public void request(Exchange exchange, String tenant, String user) {
    offer(
        new Observed.Request(
            exchange.service(),
            exchange.method(),
            exchange.route(),
            exchange.path(),
            exchange.trace().traceId().toString(),
            tenant,
            user,
            exchange.status(),
            exchange.responseBytes(),
            exchange.startEpochNanos() + exchange.durationNanos(),
            exchange.durationNanos()));
  }

  private void offer(Object seen) {
    if (closed || !queue.offer(seen)) {
      dropped.increment();
    }
  }

  private void read() {
    try {
      while (!closed) {
        // Not one by one: to wake a thread costs more than to take what has come.
        Thread.sleep(PAUSE);
        synchronized (lock) {
          takeWaiting();
        }
      }
    } catch (InterruptedException e) {
      // Closed while it waited.
      Thread.currentThread().interrupt();
    }
  }

  private void takeWaiting() {
    Object waiting = queue.poll();
    while (waiting != null) {
      add(waiting);
      waiting = queue.poll();
    }
  }

  private void add(Object seen) {
    switch (seen) {
      case QuerySample sample -> observed.add(sample);
      case Observed.Request request -> observed.add(request);
      default -> throw new IllegalArgumentException(String.valueOf(seen));
    }
  }

  /** Reads what was seen so far, all that waits included. */
  <T> T read(java.util.function.Function<Observed, T> reading) {
    synchronized (lock) {
      takeWaiting();
      return reading.apply(observed);
    }
  }

  /** Forgets what was seen: after a change, so that only what is since counts. */
  public void forget() {
    synchronized (lock) {
      queue.clear();
      observed = new Observed();
    }
  }

  @Override
  public String name() {
    return "advisor observations";
  }

  @Override
  public Health check() {
    return reader.isAlive() ? Health.up() : Health.down("the reader has ended");
  }

  @Override
  public void close() {
    closed = true;
    reader.interrupt();
  }
}

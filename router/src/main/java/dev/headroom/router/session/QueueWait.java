package dev.headroom.router.session;

import dev.headroom.router.pool.LoginPools;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time that a client may wait for a server connection; longer while there is no primary,
 * because a failover takes its time.
 */
final class QueueWait {
  private static final Duration MIN_FAILOVER_WAIT = Duration.ofSeconds(10);

  /** Is told that the time is over. */
  interface Waiting {
    void waitedTooLong(Duration waited);
  }

  private final Lane lane;
  private final LoginPools pools;
  private final EventLoop loop;
  private final Waiting waiting;
  private @Nullable Future<?> timer;
  private long since;

  QueueWait(Lane lane, LoginPools pools, EventLoop loop, Waiting waiting) {
    this.lane = lane;
    this.pools = pools;
    this.loop = loop;
    this.waiting = waiting;
  }

  /** The wait begins; mostly it is over at once, and no timer is needed: see {@link #goOn}. */
  void begin() {
    end();
    since = lane.time.nanoTime();
  }

  /** The wait goes on. */
  void goOn() {
    Duration bound = lane.spec().queueTimeout();
    Duration atMost = bound.compareTo(MIN_FAILOVER_WAIT) > 0 ? bound : MIN_FAILOVER_WAIT;
    timer = loop.schedule(() -> over(bound, atMost), bound.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void over(Duration waited, Duration atMost) {
    if (pools.isPaused()) {
      timer = loop.schedule(() -> over(waited, atMost), 1, TimeUnit.SECONDS);
      return;
    }
    if (lane.cluster.view().primary().isEmpty() && waited.compareTo(atMost) < 0) {
      long more = atMost.minus(waited).toNanos();
      timer = loop.schedule(() -> over(atMost, atMost), more, TimeUnit.NANOSECONDS);
      return;
    }
    timer = null;
    waiting.waitedTooLong(waited);
  }

  void end() {
    Future<?> running = timer;
    timer = null;
    if (running != null) {
      running.cancel(false);
    }
  }

  /** Nanoseconds since the wait began. */
  long elapsed() {
    return lane.time.nanoTime() - since;
  }
}

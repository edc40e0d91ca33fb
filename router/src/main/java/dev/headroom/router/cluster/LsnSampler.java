package dev.headroom.router.cluster;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.PgConnection;
import dev.headroom.router.DatabaseAccess;
import dev.headroom.router.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Asks the primary where its log is: every few milliseconds while a session waits for its token,
 * once a second else.
 */
final class LsnSampler implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration BUSY = Duration.ofMillis(10);
  private static final Duration IDLE = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofMillis(100);

  private final Supplier<Optional<Member>> primary;
  private final DatabaseAccess access;
  private final TimeSource time;
  private final Samples samples;
  private final Wakeup wakeup = new Wakeup();
  private final Thread thread;
  /* Only grows, but for races between event loops that lose one of two almost equal times. */
  private volatile long lastWrite;
  private volatile long lastSent;
  private volatile boolean closed;

  LsnSampler(
      Supplier<Optional<Member>> primary, DatabaseAccess access, TimeSource time, Samples samples) {
    this.primary = primary;
    this.access = access;
    this.time = time;
    this.samples = samples;
    this.lastWrite = time.nanoTime();
    this.lastSent = lastWrite;
    this.thread = Thread.ofVirtual().name("router LSN sampler").start(this::run);
  }

  /** Somebody wrote, and will want a token. */
  void wrote(long nanoTime) {
    boolean satisfied = lastSent - lastWrite > 0;
    lastWrite = nanoTime;
    if (satisfied) {
      wakeup.call();
    }
  }

  /** The primary is another one. */
  void primaryChanged() {
    wakeup.call();
  }

  private void run() {
    try {
      while (!closed) {
        Optional<Member> member = primary.get();
        if (member.isPresent()) {
          try {
            sample(member.get());
          } catch (IOException | RuntimeException e) {
            // The member's monitor tells of it; tokens stay pending until there is a primary.
          }
        }
        wakeup.await(RETRY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sample(Member member) throws IOException, InterruptedException {
    try (PgConnection connection =
        PgConnection.connect(
            member.address(),
            access.servers(),
            access.database(),
            access.monitorUser(),
            access.monitorPassword(),
            "headroom router sampler",
            TIMEOUT)) {
      while (!closed && primary.get().equals(Optional.of(member))) {
        long sentAt = time.nanoTime();
        Position position = MemberMonitor.positionOfPrimary(connection);
        samples.add(sentAt, position);
        lastSent = sentAt;
        boolean awaited = sentAt - lastWrite <= 0;
        if (awaited) {
          Thread.sleep(BUSY);
        } else {
          wakeup.await(IDLE);
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}

package dev.headroom.router.cluster;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.PgConnection;
import dev.headroom.router.DatabaseAccess;
import dev.headroom.router.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks one member for its role and position, on a connection and a virtual thread of its own: often
 * while somebody needs to know, seldom else, at once when a connection to it breaks.
 */
final class MemberMonitor implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration BUSY = Duration.ofMillis(25);
  private static final Duration IDLE = Duration.ofMillis(250);
  private static final Duration RETRY = Duration.ofMillis(150);
  private static final long FULL_EVERY = Duration.ofMillis(500).toNanos();
  private static final long BUSY_FOR = Duration.ofSeconds(1).toNanos();

  private static final String POSITION =
      "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn";
  /* The write-ahead log's file name has the timeline in front, and is refused in recovery. */
  private static final String WRITABLE =
      "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn,"
          + " substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)";
  private static final String REPLAYING =
      "SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn,"
          + " (SELECT received_tli FROM pg_stat_wal_receiver),"
          + " greatest((SELECT timeline_id FROM pg_control_checkpoint()),"
          + " (SELECT min_recovery_end_timeline FROM pg_control_recovery())),"
          + " extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())";

  /* Aurora's servers share a storage volume: no WAL is replayed, and there are no timelines. */
  private static final String IS_AURORA = "SELECT to_regproc('aurora_version') IS NOT NULL";
  private static final String AURORA_LAG =
      "SELECT max(replica_lag_in_msec) / 1000.0 FROM aurora_replica_status()"
          + " WHERE server_id = aurora_db_instance_identifier()";
  private static final Position ON_AURORA = new Position(1, Position.UNKNOWN);

  private final Member member;
  private final DatabaseAccess access;
  private final TimeSource time;
  private final Consumer<MemberState> report;
  private final Wakeup wakeup = new Wakeup();
  private final Thread thread;
  /* Written by event loops: when somebody last needed this member's position. */
  private volatile long neededAt;
  private volatile boolean suspected;
  private volatile boolean closed;

  MemberMonitor(
      Member member, DatabaseAccess access, TimeSource time, Consumer<MemberState> report) {
    this.member = member;
    this.access = access;
    this.time = time;
    this.report = report;
    this.neededAt = time.nanoTime() - BUSY_FOR;
    this.thread = Thread.ofVirtual().name("router monitor " + member.name()).start(this::run);
  }

  Member member() {
    return member;
  }

  /** Its position matters right now. */
  void need() {
    long now = time.nanoTime();
    boolean wasIdle = now - neededAt > BUSY_FOR;
    neededAt = now;
    if (wasIdle) {
      wakeup.call();
    }
  }

  /** A connection to it broke: what was known of it does not hold until it has been asked again. */
  void suspect() {
    suspected = true;
    wakeup.call();
  }

  private void run() {
    try {
      while (!closed) {
        try {
          watch();
        } catch (IOException | RuntimeException e) {
          if (!closed) {
            report.accept(new MemberState.Away(String.valueOf(e.getMessage())));
          }
        }
        wakeup.await(RETRY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() throws IOException, InterruptedException {
    try (PgConnection connection =
        PgConnection.connect(
            member.address(),
            access.servers(),
            access.database(),
            access.monitorUser(),
            access.monitorPassword(),
            "headroom router monitor",
            TIMEOUT)) {
      if (isTrue(connection, IS_AURORA)) {
        watchAurora(connection);
        return;
      }
      // Timelines only grow as long as the server lives, and with it this connection.
      int timeline = 0;
      long fullAt = time.nanoTime() - FULL_EVERY;
      MemberState.@Nullable Replaying last = null;
      while (!closed) {
        boolean full = suspected || time.nanoTime() - fullAt >= FULL_EVERY;
        suspected = false;
        if (last != null && !full) {
          List<Optional<String>> row = connection.query(POSITION).getFirst();
          full = !row.get(0).equals(Optional.of("t"));
          if (!full) {
            last =
                new MemberState.Replaying(
                    new Position(timeline, number(row.get(1))),
                    last.secondsBehind(),
                    last.parameters());
            report.accept(last);
          }
        }
        if (last == null || full) {
          fullAt = time.nanoTime();
          if (inRecovery(connection)) {
            last = replaying(connection, timeline);
            timeline = last.position().timeline();
            report.accept(last);
          } else {
            last = null;
            report.accept(writable(connection));
          }
        }
        boolean busy = last != null && time.nanoTime() - neededAt < BUSY_FOR;
        wakeup.await(busy ? BUSY : IDLE);
      }
    }
  }

  private void watchAurora(PgConnection connection) throws IOException, InterruptedException {
    while (!closed) {
      suspected = false;
      if (inRecovery(connection)) {
        double seconds =
            connection
                .query(AURORA_LAG)
                .getFirst()
                .getFirst()
                .map(Double::parseDouble)
                .orElse(Double.MAX_VALUE);
        report.accept(new MemberState.Replaying(ON_AURORA, seconds, connection.parameters()));
      } else {
        report.accept(new MemberState.Writable(ON_AURORA, connection.parameters()));
      }
      wakeup.await(IDLE);
    }
  }

  private static boolean inRecovery(PgConnection connection) throws IOException {
    return isTrue(connection, "SELECT pg_is_in_recovery()");
  }

  private static boolean isTrue(PgConnection connection, String sql) throws IOException {
    return connection.query(sql).getFirst().getFirst().equals(Optional.of("t"));
  }

  private static MemberState.Writable writable(PgConnection connection) throws IOException {
    return new MemberState.Writable(positionOfPrimary(connection), connection.parameters());
  }

  static Position positionOfPrimary(PgConnection connection) throws IOException {
    List<Optional<String>> row = connection.query(WRITABLE).getFirst();
    return new Position(Integer.parseUnsignedInt(row.get(1).orElseThrow(), 16), number(row.get(0)));
  }

  private static MemberState.Replaying replaying(PgConnection connection, int known)
      throws IOException {
    List<Optional<String>> row = connection.query(REPLAYING).getFirst();
    int fromControl = row.get(2).map(Integer::parseInt).orElse(0);
    int timeline = row.get(1).map(Integer::parseInt).orElse(Math.max(known, fromControl));
    return new MemberState.Replaying(
        new Position(timeline, number(row.get(0))),
        row.get(3).map(Double::parseDouble).orElse(0.0),
        connection.parameters());
  }

  private static long number(Optional<String> text) {
    return text.map(Long::parseLong).orElse(0L);
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}

package dev.headroom.e2e;

import dev.headroom.testing.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of the router that writes one row after another, and remembers which ones were
 * acknowledged and when. One that fails is given up, and the connection with it.
 */
final class AcknowledgedWrites implements AutoCloseable {
  private static final long PAUSE_NANOS = Duration.ofMillis(25).toNanos();

  private final int router;
  private final String password;
  private final List<Write> acknowledged = new ArrayList<>();
  private final Thread thread;
  private volatile boolean closed;

  private record Write(long id, Instant at) {}

  private AcknowledgedWrites(int router, String password) {
    this.router = router;
    this.password = password;
    this.thread = Thread.ofPlatform().name("writes").daemon(true).unstarted(this::write);
  }

  static AcknowledgedWrites start(int router, String password) throws SQLException {
    AcknowledgedWrites writes = new AcknowledgedWrites(router, password);
    try (Connection connection = Postgres.connect(router, "app", password);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE probe (id bigint PRIMARY KEY)");
    }
    writes.thread.start();
    return writes;
  }

  private void write() {
    long id = 0;
    while (!closed) {
      try (Connection connection = Postgres.connect(router, "app", password);
          PreparedStatement insert =
              connection.prepareStatement("INSERT INTO probe (id) VALUES (?)")) {
        while (!closed) {
          // Never the same twice: whether a failed one arrived is not known.
          insert.setLong(1, ++id);
          insert.executeUpdate();
          // A commit that nobody confirmed comes with a warning, and is of unknown outcome.
          if (insert.getWarnings() == null) {
            add(new Write(id, Instant.now()));
          }
          insert.clearWarnings();
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (SQLException e) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private synchronized void add(Write write) {
    acknowledged.add(write);
  }

  private synchronized List<Write> all() {
    return List.copyOf(acknowledged);
  }

  void awaitMore(int count, Duration bound) {
    int wanted = all().size() + count;
    Await.until(bound, () -> all().size() >= wanted);
  }

  /** Until a write is acknowledged that began, by a margin, after {@code moment}. */
  void awaitSince(Instant moment, Duration bound) {
    // Past what was on its way when the primary was killed: ten more, not one.
    Await.until(
        bound, () -> all().stream().filter(write -> write.at().isAfter(moment)).count() >= 10);
  }

  /** The longest time between two acknowledgements that follow each other. */
  Duration longestGap() {
    Duration longest = Duration.ZERO;
    List<Write> writes = all();
    for (int i = 1; i < writes.size(); i++) {
      Duration gap = Duration.between(writes.get(i - 1).at(), writes.get(i).at());
      longest = gap.compareTo(longest) > 0 ? gap : longest;
    }
    return longest;
  }

  /** Acknowledged ids that {@code primary} does not have. */
  Set<Long> lostOn(Postgres.Member primary) throws SQLException {
    Set<Long> lost = new TreeSet<>();
    all().forEach(write -> lost.add(write.id()));
    lost.removeAll(primary.numbers("SELECT id FROM probe"));
    return lost;
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
  }
}

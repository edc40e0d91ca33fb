package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.engines.PostgresServer;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The primary is killed and a replica promoted, under load. */
class FailoverIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.exclusive().withReplicas(2);

  @Test
  void clientsGoOnAndMissNothingTheyWrote() throws Exception {
    POSTGRES.execute(
        "CREATE TABLE entry (id bigint PRIMARY KEY)",
        "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (replica_1)'",
        "SELECT pg_reload_conf()");
    POSTGRES.awaitReplay();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger ids = new AtomicInteger();
    Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    ConcurrentLinkedQueue<String> missed = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    try (RouterFixture router = new RouterFixture(POSTGRES, 8, Duration.ofSeconds(15))) {
      try (Connection c = router.connect()) {
        router.awaitReads(c);
      }
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        clients.add(
            Thread.ofVirtual()
                .start(() -> writeAndReadBack(router, stop, ids, acknowledged, missed, failures)));
      }
      Await.until(RouterFixture.BOUND, () -> acknowledged.size() > 200);
      POSTGRES.primary().kill();
      PostgresServer next = POSTGRES.replica(0);
      next.promote();
      int before = acknowledged.size();
      Await.until(RouterFixture.BOUND, () -> acknowledged.size() > before + 200);
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertThat(missed).isEmpty();
      // Whoever was not in the middle of a statement has waited, and seen no error.
      assertThat(failures).hasSizeLessThanOrEqualTo(12);
      assertThat(failures).allMatch(state -> state.startsWith("08") || state.equals("57P01"));
      try (Connection c = next.connect(POSTGRES.database());
          PreparedStatement count = c.prepareStatement("SELECT count(*) FROM entry WHERE id = ?")) {
        for (int id : acknowledged) {
          count.setInt(1, id);
          try (var row = count.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).as("acknowledged id " + id).isEqualTo(1);
          }
        }
      }
    }
  }

  private static void writeAndReadBack(
      RouterFixture router,
      AtomicBoolean stop,
      AtomicInteger ids,
      Set<Integer> acknowledged,
      ConcurrentLinkedQueue<String> missed,
      ConcurrentLinkedQueue<String> failures) {
    while (!stop.get()) {
      try (Connection c = router.connect("&prepareThreshold=1");
          PreparedStatement insert = c.prepareStatement("INSERT INTO entry VALUES (?)");
          PreparedStatement read = c.prepareStatement("SELECT 1 FROM entry WHERE id = ?")) {
        while (!stop.get()) {
          int id = ids.incrementAndGet();
          insert.setInt(1, id);
          insert.executeUpdate();
          acknowledged.add(id);
          read.setInt(1, id);
          try (var row = read.executeQuery()) {
            if (!row.next()) {
              missed.add("id " + id);
            }
          }
        }
      } catch (SQLException e) {
        failures.add(String.valueOf(e.getSQLState()));
      }
    }
  }
}

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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The primary is exchanged on purpose, between PAUSE and RESUME: nobody sees an error. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SwitchoverIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.exclusive().withReplicas(2);

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicInteger ids = new AtomicInteger();
  private final Set<Integer> written = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

  @Test
  void clientsWaitAndSeeNoError() throws Exception {
    POSTGRES.execute("CREATE TABLE entry (id bigint PRIMARY KEY)");
    POSTGRES.awaitReplay();
    try (RouterFixture router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(15))) {
      try (Connection c = router.connect()) {
        router.awaitReads(c);
      }
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        boolean inTransactions = i % 3 == 0;
        clients.add(Thread.ofVirtual().start(() -> write(router, inTransactions)));
      }
      Await.until(RouterFixture.BOUND, () -> written.size() > 200);
      PostgresServer next = POSTGRES.replica(0);
      try (Connection admin = router.admin()) {
        RouterFixture.execute(admin, "PAUSE");
        POSTGRES.primary().stop(PostgresServer.Stop.FAST);
        next.promote();
        RouterFixture.execute(admin, "RESUME");
      }
      int before = written.size();
      Await.until(RouterFixture.BOUND, () -> written.size() > before + 200 || !wrong.isEmpty());
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertThat(wrong).isEmpty();
      try (Connection c = next.connect(POSTGRES.database())) {
        assertThat(RouterFixture.text(c, "SELECT count(*) FROM entry"))
            .isEqualTo(Integer.toString(written.size()));
      }
    }
  }

  private void write(RouterFixture router, boolean inTransactions) {
    try (Connection c = router.connect("&prepareThreshold=1");
        PreparedStatement insert = c.prepareStatement("INSERT INTO entry VALUES (?)");
        PreparedStatement read = c.prepareStatement("SELECT 1 FROM entry WHERE id = ?")) {
      c.setAutoCommit(!inTransactions);
      while (!stop.get()) {
        int id = ids.incrementAndGet();
        insert.setInt(1, id);
        insert.executeUpdate();
        if (inTransactions) {
          c.commit();
        }
        written.add(id);
        read.setInt(1, id);
        try (var row = read.executeQuery()) {
          if (!row.next()) {
            wrong.add("own write missed: " + id);
          }
        }
        if (inTransactions) {
          c.commit();
        }
      }
    } catch (SQLException e) {
      wrong.add(e.getSQLState() + " " + e.getMessage());
    }
  }
}

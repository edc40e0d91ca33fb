package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.engines.PostgresServer;
import dev.headroom.engines.Upstream;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Many clients at once while replicas stand still and the primary dies: nobody misses his own
 * write, no acknowledged write is lost, no cancel hits a stranger, no tenant sees another's rows.
 * {@code -Dheadroom.consistency=PT10M} is the long mode, in which two primaries die one after the
 * other; {@code -Dheadroom.consistency.writers=800} makes it some 2,000 clients.
 */
class ConsistencyIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.exclusive().withReplicas(3);

  private static final Duration LENGTH =
      Duration.parse(System.getProperty("headroom.consistency", "PT20S"));
  private static final int FAILOVERS = LENGTH.toSeconds() < 60 ? 1 : 2;
  private static final int WRITERS = Integer.getInteger("headroom.consistency.writers", 48);
  /* Two thousand clients that log in at once take their time, on a machine with other work too. */
  private static final Duration BOUND = Duration.ofMinutes(3);
  private static final int TENANTS = WRITERS / 3;
  private static final int CANCELLERS = WRITERS / 6;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong ids = new AtomicLong();
  private final AtomicLong tenantReads = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();
  private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

  private PostgresServer primary = POSTGRES.primary();
  private List<PostgresServer> standbys = new ArrayList<>(POSTGRES.replicas());

  @Test
  void nothingIsMissedLostOrMixedUp() throws Exception {
    POSTGRES.execute(
        "CREATE TABLE entry (id bigint PRIMARY KEY)",
        "CREATE SCHEMA tenant_a",
        "CREATE SCHEMA tenant_b",
        "CREATE TABLE tenant_a.whoami AS SELECT 'tenant_a'::text AS name",
        "CREATE TABLE tenant_b.whoami AS SELECT 'tenant_b'::text AS name",
        "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'",
        "SELECT pg_reload_conf()");
    POSTGRES.awaitReplay();
    try (RouterFixture router = new RouterFixture(POSTGRES, 8, Duration.ofSeconds(20))) {
      try (Connection c = router.connect()) {
        router.awaitReads(c);
      }
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        String key = i % 2 == 0 ? "" : "key-" + i % 4;
        threads.add(Thread.ofVirtual().start(() -> again(() -> writeAndRead(router, key))));
      }
      for (int i = 0; i < TENANTS; i++) {
        String tenant = i % 2 == 0 ? "tenant_a" : "tenant_b";
        threads.add(Thread.ofVirtual().start(() -> again(() -> readTenant(router, tenant))));
      }
      for (int i = 0; i < CANCELLERS; i++) {
        int seed = i;
        threads.add(Thread.ofVirtual().start(() -> again(() -> sleepAndCancel(router, seed))));
      }
      Await.until(BOUND, () -> acknowledged.size() > WRITERS);
      long start = System.nanoTime();
      int failovers = 0;
      for (int turn = 0; System.nanoTime() - start < LENGTH.toNanos(); turn++) {
        int replica = POSTGRES.replicas().indexOf(standbys.get(turn % standbys.size()));
        router.pause(replica);
        awaitWrites();
        router.resume(replica);
        if (failovers < FAILOVERS
            && System.nanoTime() - start > LENGTH.toNanos() / (FAILOVERS + 1) * (failovers + 1)) {
          failovers++;
          failOver();
        }
        awaitWrites();
      }
      stop.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(wrong).isEmpty();
      assertThat(acknowledged).hasSizeGreaterThan(500);
      assertThat(tenantReads).hasValueGreaterThan(500);
      assertThat(cancelled).hasPositiveValue();
      assertThat(missing()).isEmpty();
      System.out.printf(
          "%s with %d clients and %d failovers: %,d writes acknowledged and read back, %,d reads of"
              + " tenants, %,d statements cancelled%n",
          LENGTH,
          WRITERS * 2 + TENANTS + CANCELLERS,
          failovers,
          acknowledged.size(),
          tenantReads.get(),
          cancelled.get());
    }
  }

  private void awaitWrites() {
    long before = acknowledged.size();
    Await.until(BOUND, () -> acknowledged.size() > before + 50);
  }

  /* Whoever has received most has all that was acknowledged; the others can follow him alone. */
  private void failOver() throws SQLException {
    primary.kill();
    PostgresServer most = standbys.getFirst();
    for (PostgresServer standby : standbys) {
      most = received(standby) > received(most) ? standby : most;
    }
    most.promote();
    standbys.remove(most);
    for (PostgresServer other : standbys) {
      Upstream upstream = most.settings().asUpstreamOf(other.settings().name());
      most.ensureSlot(upstream.slot());
      other.follow(upstream);
    }
    primary = most;
    String streaming = Integer.toString(standbys.size());
    try (Connection c = primary.connect(POSTGRES.database())) {
      Await.until(
          BOUND,
          () ->
              RouterFixture.text(
                      c, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")
                  .equals(streaming));
      RouterFixture.execute(c, "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'");
      RouterFixture.execute(c, "SELECT pg_reload_conf()");
    }
  }

  private static long received(PostgresServer standby) throws SQLException {
    try (Connection c = standby.connect("postgres")) {
      return Long.parseLong(
          RouterFixture.text(c, "SELECT pg_last_wal_receive_lsn() - '0/0'::pg_lsn"));
    }
  }

  private interface Client {
    void live() throws SQLException;
  }

  /* Who has lost his connection in the failover comes back; other errors are findings. */
  private void again(Client client) {
    while (!stop.get()) {
      try {
        client.live();
      } catch (SQLException e) {
        String state = String.valueOf(e.getSQLState());
        if (!state.startsWith("08") && !state.startsWith("57P")) {
          wrong.add(state + " " + e.getMessage());
        }
      }
    }
  }

  private void writeAndRead(RouterFixture router, String key) throws SQLException {
    try (Connection c = router.connect("&prepareThreshold=2");
        PreparedStatement insert = c.prepareStatement("INSERT INTO entry VALUES (?)");
        PreparedStatement read = c.prepareStatement("SELECT 1 FROM entry WHERE id = ?");
        Connection other = router.connect()) {
      if (!key.isEmpty()) {
        RouterFixture.execute(c, "SET headroom.key = '" + key + "'");
        RouterFixture.execute(other, "SET headroom.key = '" + key + "'");
      }
      while (!stop.get()) {
        long id = ids.incrementAndGet();
        insert.setLong(1, id);
        insert.executeUpdate();
        acknowledged.add(id);
        read.setLong(1, id);
        try (ResultSet row = read.executeQuery()) {
          if (!row.next()) {
            wrong.add("own write missed: " + id);
          }
        }
        if (!key.isEmpty()
            && RouterFixture.text(other, "SELECT id FROM entry WHERE id = " + id).isEmpty()) {
          wrong.add("write under the same key missed: " + id);
        }
      }
    }
  }

  private void readTenant(RouterFixture router, String tenant) throws SQLException {
    try (Connection c = router.connect();
        PreparedStatement read = c.prepareStatement("SELECT name FROM whoami WHERE name <> ?")) {
      RouterFixture.execute(c, "SET search_path = " + tenant);
      while (!stop.get()) {
        read.setString(1, "x");
        try (ResultSet row = read.executeQuery()) {
          if (!row.next() || !row.getString(1).equals(tenant)) {
            wrong.add(tenant + " saw another's rows");
          }
        }
        tenantReads.incrementAndGet();
      }
    }
  }

  private void sleepAndCancel(RouterFixture router, int seed) throws SQLException {
    Random random = new Random(seed);
    try (Connection c = router.connect();
        Statement statement = c.createStatement()) {
      while (!stop.get()) {
        long delay = random.nextInt(0, 12);
        Thread canceller =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        Thread.sleep(delay);
                        statement.cancel();
                      } catch (InterruptedException | SQLException e) {
                        // The statement was over, or the router is in a failover.
                      }
                    });
        try {
          statement.execute("SELECT pg_sleep(0.005)");
        } catch (SQLException e) {
          if (!"57014".equals(e.getSQLState())) {
            throw e;
          }
          cancelled.incrementAndGet();
        } finally {
          join(canceller);
        }
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Long> missing() throws SQLException {
    List<Long> missing = new ArrayList<>();
    try (Connection c = primary.connect(POSTGRES.database());
        Statement statement = c.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id FROM entry")) {
      Set<Long> there = ConcurrentHashMap.newKeySet();
      while (rows.next()) {
        there.add(rows.getLong(1));
      }
      acknowledged.stream().filter(id -> !there.contains(id)).forEach(missing::add);
    }
    return missing;
  }
}

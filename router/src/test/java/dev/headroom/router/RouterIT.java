package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.signals.QuerySample;
import dev.headroom.testing.PostgresExtension;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** The JDBC driver through the router, in the protocol's variants. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RouterIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(2);

  private static RouterFixture router;

  @BeforeAll
  static void start() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE item (id bigserial PRIMARY KEY, name text NOT NULL)",
        "INSERT INTO item (name) SELECT 'item ' || g FROM generate_series(1, 1000) g");
    POSTGRES.awaitReplay();
    router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(2));
    try (Connection c = router.connect()) {
      router.awaitReads(c);
    }
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  @Test
  void selectsGoToReplicasAndTheRestToThePrimary() throws SQLException {
    try (Connection c = router.connect()) {
      assertThat(router.roleOf(c, "SELECT count(*) FROM item")).isEqualTo("replica");
      assertThat(router.roleOf(c, "INSERT INTO item (name) VALUES ('x')")).isEqualTo("primary");
      assertThat(router.roleOf(c, "SELECT nextval('item_id_seq')")).isEqualTo("primary");
      assertThat(router.roleOf(c, "SELECT pg_advisory_xact_lock(1)")).isEqualTo("primary");
    }
  }

  @Test
  void simpleProtocolWithSeveralResults() throws SQLException {
    try (Connection c = router.connect("&preferQueryMode=simple");
        Statement statement = c.createStatement()) {
      assertThat(statement.execute("SELECT 1; SELECT 2")).isTrue();
      assertThat(statement.getMoreResults()).isTrue();
      try (ResultSet second = statement.getResultSet()) {
        assertThat(second.next()).isTrue();
        assertThat(second.getInt(1)).isEqualTo(2);
      }
    }
  }

  @Test
  void namedStatementsMoveBetweenServers() throws SQLException {
    try (Connection c = router.connect("&prepareThreshold=1");
        PreparedStatement read = c.prepareStatement("SELECT name FROM item WHERE id = ?");
        PreparedStatement write = c.prepareStatement("UPDATE item SET name = ? WHERE id = ?")) {
      for (int i = 1; i <= 30; i++) {
        write.setString(1, "changed " + i);
        write.setLong(2, i);
        assertThat(write.executeUpdate()).isEqualTo(1);
        read.setLong(1, i);
        try (ResultSet row = read.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getString(1)).isEqualTo("changed " + i);
        }
      }
    }
  }

  @Test
  void batchesAndGeneratedKeys() throws SQLException {
    try (Connection c = router.connect("&reWriteBatchedInserts=false");
        PreparedStatement insert =
            c.prepareStatement(
                "INSERT INTO item (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
      for (int i = 0; i < 2000; i++) {
        insert.setString(1, "batch " + i);
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).hasSize(2000);
      int keys = 0;
      try (ResultSet row = insert.getGeneratedKeys()) {
        while (row.next()) {
          keys++;
        }
      }
      assertThat(keys).isEqualTo(2000);
    }
  }

  @Test
  void transactionsStayOnThePrimaryAndRollBack() throws SQLException {
    try (Connection c = router.connect()) {
      c.setAutoCommit(false);
      RouterFixture.execute(c, "INSERT INTO item (id, name) VALUES (-1, 'gone')");
      assertThat(router.roleOf(c, "SELECT count(*) FROM item WHERE id = -1")).isEqualTo("primary");
      assertThat(RouterFixture.text(c, "SELECT count(*) FROM item WHERE id = -1")).isEqualTo("1");
      c.rollback();
      assertThat(RouterFixture.text(c, "SELECT count(*) FROM item WHERE id = -1")).isEqualTo("0");
    }
  }

  @Test
  void errorsKeepTheirFieldsAndTheSession() throws SQLException {
    try (Connection c = router.connect()) {
      assertThatThrownBy(
              () -> RouterFixture.execute(c, "INSERT INTO item (id, name) VALUES (1, 'a')"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"))
          .hasMessageContaining("item_pkey");
      assertThatThrownBy(() -> RouterFixture.execute(c, "SELECT nosuch FROM item"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42703"));
      assertThat(RouterFixture.text(c, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void copyInAndOut() throws Exception {
    try (Connection c = router.connect()) {
      RouterFixture.execute(c, "CREATE TABLE copied (id int, name text)");
      CopyManager copy = c.unwrap(PGConnection.class).getCopyAPI();
      StringBuilder rows = new StringBuilder();
      for (int i = 0; i < 20_000; i++) {
        rows.append(i).append("\tname ").append(i).append('\n');
      }
      assertThat(copy.copyIn("COPY copied FROM STDIN", new StringReader(rows.toString())))
          .isEqualTo(20_000);
      StringWriter out = new StringWriter();
      assertThat(copy.copyOut("COPY copied TO STDOUT", out)).isEqualTo(20_000);
      assertThat(out.toString()).isEqualTo(rows.toString());
      assertThatThrownBy(() -> copy.copyIn("COPY copied FROM STDIN", new StringReader("x\n")))
          .hasMessageContaining("invalid input syntax");
      assertThat(RouterFixture.text(c, "SELECT count(*) FROM copied")).isEqualTo("20000");
    }
  }

  @Test
  void largeResultsAndPortals() throws SQLException {
    try (Connection c = router.connect()) {
      try (Statement statement = c.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT g, repeat('x', 1000) FROM generate_series(1, 50000) g")) {
        int count = 0;
        while (rows.next()) {
          count++;
        }
        assertThat(count).isEqualTo(50_000);
      }
      c.setAutoCommit(false);
      try (Statement statement = c.createStatement()) {
        statement.setFetchSize(100);
        int count = 0;
        try (ResultSet rows = statement.executeQuery("SELECT * FROM generate_series(1, 5000)")) {
          while (rows.next()) {
            count++;
          }
        }
        assertThat(count).isEqualTo(5000);
      }
      c.commit();
    }
  }

  @Test
  void aSessionReadsItsWritesWhileReplaysAreHeld() throws Exception {
    router.pause(0);
    router.pause(1);
    try (Connection c = router.connect();
        Connection other = router.connect()) {
      RouterFixture.execute(c, "INSERT INTO item (id, name) VALUES (-7, 'seen')");
      for (int i = 0; i < 50; i++) {
        assertThat(RouterFixture.text(c, "SELECT count(*) FROM item WHERE id = -7")).isEqualTo("1");
      }
      // Who has not written may be served by a replica, which does not have it.
      assertThat(router.roleOf(other, "SELECT count(*) FROM item")).isEqualTo("replica");
      RouterFixture.execute(other, "SET headroom.key = 'tenant-1'");
      RouterFixture.execute(c, "SET headroom.key = 'tenant-1'");
      RouterFixture.execute(c, "INSERT INTO item (id, name) VALUES (-8, 'seen')");
      assertThat(RouterFixture.text(other, "SELECT count(*) FROM item WHERE id = -8"))
          .isEqualTo("1");
    } finally {
      router.resume(0);
      router.resume(1);
    }
    try (Connection c = router.connect()) {
      RouterFixture.execute(c, "DELETE FROM item WHERE id < 0");
      router.awaitReads(c);
    }
  }

  @Test
  void settingsFollowTheirClientAndNobodyElse() throws SQLException {
    try (Connection a = router.connect();
        Connection b = router.connect()) {
      RouterFixture.execute(a, "SET search_path TO pg_catalog");
      RouterFixture.execute(a, "SET statement_timeout = '77s'");
      RouterFixture.execute(a, "SET work_mem = '5MB'");
      for (int i = 0; i < 10; i++) {
        assertThat(RouterFixture.text(a, "SHOW statement_timeout")).isEqualTo("77s");
        assertThat(RouterFixture.text(a, "SHOW work_mem")).isEqualTo("5MB");
        assertThat(RouterFixture.text(b, "SHOW statement_timeout")).isEqualTo("0");
        assertThat(RouterFixture.text(b, "SHOW search_path")).isEqualTo("\"$user\", public");
        assertThat(RouterFixture.text(b, "SHOW work_mem")).isNotEqualTo("5MB");
      }
    }
  }

  @Test
  void aRoleFollowsItsClientAndNobodyElse() throws SQLException {
    POSTGRES.execute("CREATE ROLE \"Router Guest\"", "GRANT SELECT ON item TO \"Router Guest\"");
    POSTGRES.awaitReplay();
    try (Connection a = router.connect();
        Connection b = router.connect()) {
      RouterFixture.execute(a, "SET ROLE \"Router Guest\"");
      for (int i = 0; i < 10; i++) {
        assertThat(RouterFixture.text(a, "SELECT current_user")).isEqualTo("Router Guest");
        assertThat(RouterFixture.text(b, "SELECT current_user")).isEqualTo(POSTGRES.user());
        assertThat(router.roleOf(a, "SELECT count(*) FROM item")).isEqualTo("replica");
      }
      assertThatThrownBy(() -> RouterFixture.execute(a, "DELETE FROM item WHERE id = 1"))
          .hasMessageContaining("permission denied");
      RouterFixture.execute(a, "RESET ROLE");
      assertThat(RouterFixture.text(a, "SELECT current_user")).isEqualTo(POSTGRES.user());
    } finally {
      POSTGRES.execute("REVOKE ALL ON item FROM \"Router Guest\"", "DROP ROLE \"Router Guest\"");
    }
  }

  @Test
  void clientsWithDifferentNamesShareThePool() throws SQLException {
    List<Connection> clients = new ArrayList<>();
    POSTGRES.execute("CREATE TABLE made (n int)");
    try {
      for (int i = 0; i < 3; i++) {
        clients.add(router.connect("&ApplicationName=instance-" + i));
      }
      for (int round = 0; round < 100; round++) {
        for (Connection client : clients) {
          RouterFixture.execute(client, "INSERT INTO made VALUES (" + round + ")");
        }
      }
      for (int i = 0; i < clients.size(); i++) {
        // Each time on a connection that says whose it is.
        assertThat(RouterFixture.text(clients.get(i), "SHOW application_name"))
            .isEqualTo("instance-" + i);
      }
    } finally {
      for (Connection client : clients) {
        client.close();
      }
    }
  }

  @Test
  void waitingTooLongTellsTheSituation() throws SQLException {
    Connection[] holders = new Connection[4];
    try (Connection c = router.connect()) {
      for (int i = 0; i < holders.length; i++) {
        holders[i] = router.connect();
        holders[i].setAutoCommit(false);
        RouterFixture.execute(holders[i], "SELECT 1");
      }
      assertThatThrownBy(() -> RouterFixture.execute(c, "INSERT INTO item (name) VALUES ('y')"))
          .hasMessageContaining("no server connection was free within 2000 ms")
          .hasMessageContaining("total=4 active=4 idle=0");
    } finally {
      for (Connection holder : holders) {
        if (holder != null) {
          holder.close();
        }
      }
    }
  }

  @Test
  void cancelEndsTheRunningStatementOnly() throws Exception {
    try (Connection c = router.connect();
        Statement statement = c.createStatement()) {
      CompletableFuture<SQLException> failure = new CompletableFuture<>();
      Thread runner =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      statement.execute("SELECT pg_sleep(30)");
                      failure.completeExceptionally(new AssertionError("was not cancelled"));
                    } catch (SQLException e) {
                      failure.complete(e);
                    }
                  });
      dev.headroom.testing.Await.until(RouterFixture.BOUND, () -> activeSleepers() > 0);
      statement.cancel();
      assertThat(failure.get(10, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
      runner.join();
      assertThat(RouterFixture.text(c, "SELECT 2")).isEqualTo("2");
    }
  }

  private static int activeSleepers() throws SQLException {
    int count = 0;
    for (int i = 0; i < 2; i++) {
      try (Connection replica = POSTGRES.connectToReplica(i)) {
        count +=
            Integer.parseInt(
                RouterFixture.text(
                    replica,
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"));
      }
    }
    return count;
  }

  @Test
  void wrongPasswordAndUnknownDatabaseAreRefused() {
    assertThatThrownBy(
            () ->
                java.sql.DriverManager.getConnection(
                    router.url("").replace("password=secret", "password=wrong")))
        .hasMessageContaining("password authentication failed");
    assertThatThrownBy(
            () ->
                java.sql.DriverManager.getConnection(
                    router.url("").replace("/" + POSTGRES.database(), "/nosuch")))
        .hasMessageContaining("is not behind this router");
  }

  @Test
  void aMessageTooLongToKeepIsRefusedWithAReason() throws SQLException {
    try (Connection c = router.connect("&preferQueryMode=simple");
        Statement statement = c.createStatement()) {
      assertThatThrownBy(() -> statement.execute("SELECT '" + "x".repeat(70_000_000) + "'"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("54000"))
          .hasMessageContaining("expected: at most 67108864");
    }
  }

  @Test
  void readsSpreadOverReplicas() throws SQLException {
    router.samples.clear();
    try (Connection c = router.connect()) {
      for (int i = 0; i < 200; i++) {
        RouterFixture.text(c, "SELECT count(*) FROM item WHERE id = " + i);
      }
    }
    long first =
        router.samples.stream().map(QuerySample::member).filter("replica-1"::equals).count();
    assertThat(first).isBetween(40L, 160L);
  }
}

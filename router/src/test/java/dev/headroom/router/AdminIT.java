package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.spec.RouterSpec;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The admin database, pause and drain. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdminIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  private static RouterFixture router;

  @BeforeAll
  static void start() {
    router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(1));
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  @Test
  void showTellsPoolsServersClientsQueriesAndMembers() throws SQLException {
    String primary = RouterFixture.member(POSTGRES.primary()).name();
    try (Connection c = router.connect();
        Connection admin = router.admin()) {
      c.setAutoCommit(false);
      RouterFixture.text(c, "SELECT 1234 AS told_by_admin");
      assertThat(column(admin, "SHOW POOLS", "member", primary, "active")).isEqualTo("1");
      assertThat(column(admin, "SHOW POOLS", "member", primary, "limit")).isEqualTo("4");
      assertThat(column(admin, "SHOW SERVERS", "state", "active", "member")).isEqualTo(primary);
      assertThat(column(admin, "SHOW CLIENTS", "member", primary, "state"))
          .isEqualTo("idle in transaction");
      assertThat(column(admin, "SHOW QUERIES", "text", "select ? as told_by_admin", "calls"))
          .isEqualTo("1");
      assertThat(column(admin, "SHOW MEMBERS", "member", primary, "role")).isEqualTo("primary");
      assertThat(RouterFixture.text(admin, "SHOW STATS")).isNotEqualTo("0");
      c.rollback();
    }
  }

  private static RouterSpec slow(boolean values) {
    RouterSpec plain = RouterFixture.spec(4, Duration.ofSeconds(5), Duration.ofSeconds(60));
    return new RouterSpec(
        plain.listen(),
        plain.address(),
        plain.pool(),
        plain.queueTimeout(),
        plain.freshnessWait(),
        plain.maxLag(),
        plain.poolMode(),
        false,
        false,
        plain.auth(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        new RouterSpec.SlowStatements(Duration.ofMillis(50), values));
  }

  @Test
  void slowStatementsAreKeptWithoutTheUsersDataUnlessTheDocumentSaysSo() throws SQLException {
    for (boolean values : List.of(false, true)) {
      try (RouterFixture router =
              new RouterFixture(POSTGRES, slow(values), RouterFixture.access(POSTGRES));
          Connection c = router.connect();
          Connection admin = router.admin()) {
        RouterFixture.text(c, "SELECT 'quick'");
        try (PreparedStatement statement =
            c.prepareStatement("SELECT pg_sleep(0.1), 'in the text', ?::text")) {
          statement.setString(1, "it's bound");
          statement.execute();
        }
        assertThat(column(admin, "SHOW SLOW", "role", "primary", "text")).doesNotContain("quick");
        Await.until(
            RouterFixture.BOUND,
            () -> column(admin, "SHOW SLOW", "sqlstate", "", "text").contains("pg_sleep"));
        String text = column(admin, "SHOW SLOW", "sqlstate", "", "text");
        String shown = column(admin, "SHOW SLOW", "sqlstate", "", "values");
        if (values) {
          assertThat(text).contains("in the text");
          assertThat(shown).contains("'it''s bound'");
        } else {
          assertThat(text).isEqualTo("select pg_sleep(?), ?, $1::text");
          assertThat(shown).isEqualTo("(redacted)");
        }
      }
    }
  }

  @Test
  void theWayAroundTheRouterIsToThePresentPrimary() throws SQLException {
    try (Connection admin = router.admin();
        Connection c = router.connect()) {
      router.awaitReads(c);
      assertThat(column(admin, "SHOW BYPASS", "step", "1", "what"))
          .contains(POSTGRES.host() + ":" + POSTGRES.port());
    }
  }

  @Test
  void anUnknownCommandNamesTheKnownOnes() throws SQLException {
    try (Connection admin = router.admin()) {
      assertThatThrownBy(() -> RouterFixture.execute(admin, "SELECT 1"))
          .hasMessageContaining("SHOW POOLS");
      assertThatThrownBy(() -> RouterFixture.execute(admin, "SHOW LISTS"))
          .hasMessageContaining("expected: POOLS");
      RouterFixture.execute(admin, "RELOAD");
      RouterFixture.execute(admin, "RECONNECT");
    }
  }

  /* For longer than the queue's time-out, and still without an error. */
  @Test
  void whoIsPausedWaits() throws Exception {
    try (Connection c = router.connect();
        Connection admin = router.admin()) {
      RouterFixture.text(c, "SELECT 1");
      RouterFixture.execute(admin, "PAUSE");
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return RouterFixture.text(c, "SELECT 'resumed'");
                } catch (SQLException e) {
                  return String.valueOf(e.getMessage());
                }
              });
      long until = System.nanoTime() + 1_500_000_000L;
      Await.until(RouterFixture.BOUND, () -> System.nanoTime() > until || answer.isDone());
      assertThat(answer).isNotDone();
      RouterFixture.execute(admin, "RESUME");
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("resumed");
    }
  }

  @Test
  void drainWaitsForClientsToLeave() throws Exception {
    try (RouterFixture leaving = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(5));
        Connection c = leaving.connect()) {
      RouterFixture.text(c, "SELECT 1");
      CompletableFuture<Boolean> drained =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return leaving.router.drain(Duration.ofSeconds(20));
                } catch (InterruptedException e) {
                  return false;
                }
              });
      Await.until(
          RouterFixture.BOUND,
          () -> {
            try (Connection late = leaving.connect()) {
              return false;
            } catch (SQLException e) {
              return true;
            }
          });
      assertThat(RouterFixture.text(c, "SELECT 'still served'")).isEqualTo("still served");
      assertThat(drained).isNotDone();
      c.close();
      assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static String column(
      Connection admin, String command, String key, String wanted, String column)
      throws SQLException {
    try (Statement statement = admin.createStatement();
        ResultSet rows = statement.executeQuery(command)) {
      while (rows.next()) {
        if (rows.getString(key).equals(wanted)) {
          return rows.getString(column);
        }
      }
    }
    return "no row of " + command + " has " + key + " = " + wanted;
  }
}

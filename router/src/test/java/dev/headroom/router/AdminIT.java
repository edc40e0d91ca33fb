package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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

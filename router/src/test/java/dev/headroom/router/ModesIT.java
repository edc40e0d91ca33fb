package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.signals.QuerySample;
import dev.headroom.spec.RouterSpec;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the document can ask for instead of the defaults. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ModesIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  @BeforeAll
  static void tables() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE kept (id bigserial PRIMARY KEY)",
        "CREATE FUNCTION harmless() RETURNS int LANGUAGE plpgsql VOLATILE AS"
            + " 'BEGIN RETURN 1; END'");
    POSTGRES.awaitReplay();
  }

  private static RouterFixture router(
      RouterSpec.PoolMode mode, boolean observe, boolean hints, RouterSpec.Auth auth) {
    RouterSpec plain = RouterFixture.spec(2, Duration.ofSeconds(5), Duration.ofSeconds(60));
    return new RouterFixture(
        POSTGRES,
        new RouterSpec(
            plain.listen(),
            plain.address(),
            plain.pool(),
            plain.queueTimeout(),
            plain.freshnessWait(),
            plain.maxLag(),
            mode,
            observe,
            hints,
            auth,
            Optional.empty()),
        RouterFixture.access(POSTGRES));
  }

  private static RouterFixture ordinary() {
    return router(RouterSpec.PoolMode.TRANSACTION, false, false, RouterSpec.Auth.SCRAM_SHA_256);
  }

  @Test
  void readOnlyTransactionsRunOnReplicas() throws SQLException {
    try (RouterFixture router = ordinary();
        Connection c = router.connect()) {
      router.awaitReads(c);
      c.setAutoCommit(false);
      c.setReadOnly(true);
      assertThat(router.roleOf(c, "SELECT count(*) FROM kept")).isEqualTo("replica");
      assertThat(router.roleOf(c, "SELECT 2")).isEqualTo("replica");
      c.commit();
      // What is not proven to be a read takes the transaction along to the primary.
      assertThat(router.roleOf(c, "SELECT 3")).isEqualTo("replica");
      assertThat(router.roleOf(c, "SELECT pg_advisory_xact_lock(77)")).isEqualTo("primary");
      assertThat(RouterFixture.text(c, "SHOW transaction_read_only")).isEqualTo("on");
      assertThatThrownBy(() -> RouterFixture.execute(c, "INSERT INTO kept DEFAULT VALUES"))
          .isInstanceOf(SQLException.class)
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("25006");
      c.rollback();
      assertThat(router.roleOf(c, "SELECT 4")).isEqualTo("replica");
      c.rollback();
      c.setReadOnly(false);
      c.setAutoCommit(true);
      RouterFixture.execute(c, "INSERT INTO kept DEFAULT VALUES");
    }
  }

  /* REPEATABLE READ has one snapshot, which cannot move to another server. */
  @Test
  void repeatableReadStaysOnThePrimary() throws SQLException {
    try (RouterFixture router = ordinary();
        Connection c = router.connect()) {
      router.awaitReads(c);
      c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      c.setAutoCommit(false);
      c.setReadOnly(true);
      RouterFixture.text(c, "SELECT 11, 11");
      assertThat(last(router, "select ?, ?").role()).isEqualTo("primary");
      c.commit();
    }
  }

  @Test
  void observeOnlyMeasuresWhatWouldLeaveThePrimary() throws SQLException {
    try (RouterFixture router =
            router(RouterSpec.PoolMode.TRANSACTION, true, false, RouterSpec.Auth.SCRAM_SHA_256);
        Connection c = router.connect()) {
      dev.headroom.testing.Await.until(
          RouterFixture.BOUND,
          () -> {
            RouterFixture.text(c, "SELECT 1");
            return last(router, "select ?").reason().equals("observed");
          });
      assertThat(router.samples).allMatch(sample -> sample.role().equals("primary"));
      RouterFixture.execute(c, "INSERT INTO kept DEFAULT VALUES");
      assertThat(last(router, "insert").reason()).isNotEqualTo("observed");
    }
  }

  @Test
  void hintsAreObeyedWhereTheDocumentAllowsThem() throws SQLException {
    try (RouterFixture router =
            router(RouterSpec.PoolMode.TRANSACTION, false, true, RouterSpec.Auth.SCRAM_SHA_256);
        Connection c = router.connect()) {
      router.awaitReads(c);
      assertThat(router.roleOf(c, "SELECT harmless()")).isEqualTo("primary");
      RouterFixture.execute(c, "SET headroom.route = 'replica'");
      // On the primary it counted as a write, which the replica has to have replayed first.
      dev.headroom.testing.Await.until(
          RouterFixture.BOUND, () -> router.roleOf(c, "SELECT harmless()").equals("replica"));
      assertThat(router.roleOf(c, "INSERT INTO kept DEFAULT VALUES")).isEqualTo("primary");
      RouterFixture.execute(c, "SET headroom.route = 'primary'");
      assertThat(router.roleOf(c, "SELECT 1")).isEqualTo("primary");
      RouterFixture.execute(c, "RESET headroom.route");
      router.awaitReads(c);
      assertThat(router.roleOf(c, "/* headroom.route=primary */ SELECT 1")).isEqualTo("primary");
      assertThat(router.roleOf(c, "SELECT '/* headroom.route=primary */'")).isEqualTo("replica");
      assertThat(router.roleOf(c, "SELECT 1 /* headroom.route=primary */")).isEqualTo("replica");
    }
    try (RouterFixture router = ordinary();
        Connection c = router.connect()) {
      assertThatThrownBy(() -> RouterFixture.execute(c, "SET headroom.route = 'replica'"))
          .hasMessageContaining("routeHints");
      router.awaitReads(c);
      assertThat(router.roleOf(c, "/* headroom.route=primary */ SELECT 1")).isEqualTo("replica");
    }
  }

  @Test
  void sessionModeKeepsTheConnectionAndLeavesNothingBehind() throws SQLException {
    try (RouterFixture router =
        router(RouterSpec.PoolMode.SESSION, false, false, RouterSpec.Auth.SCRAM_SHA_256)) {
      String first;
      try (Connection c = router.connect()) {
        first = RouterFixture.text(c, "SELECT pg_backend_pid()");
        RouterFixture.execute(c, "CREATE TEMP TABLE mine (a int)");
        RouterFixture.execute(c, "SET work_mem = '7MB'");
        RouterFixture.execute(c, "SELECT pg_advisory_lock(4711)");
        assertThat(RouterFixture.text(c, "SELECT pg_backend_pid()")).isEqualTo(first);
        assertThat(RouterFixture.text(c, "SHOW work_mem")).isEqualTo("7MB");
      }
      dev.headroom.testing.Await.until(
          RouterFixture.BOUND,
          () -> router.router.pools().stream().allMatch(pool -> pool.active() == 0));
      try (Connection c = router.connect()) {
        assertThat(RouterFixture.text(c, "SELECT pg_backend_pid()")).isEqualTo(first);
        assertThat(RouterFixture.text(c, "SHOW work_mem")).isNotEqualTo("7MB");
        assertThat(RouterFixture.text(c, "SELECT to_regclass('pg_temp.mine') IS NULL"))
            .isEqualTo("t");
        assertThat(
                RouterFixture.text(c, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
            .isEqualTo("0");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RouterSpec.Auth.class)
  void clientsProveWhoTheyAre(RouterSpec.Auth auth) throws SQLException {
    try (RouterFixture router = router(RouterSpec.PoolMode.TRANSACTION, false, false, auth)) {
      try (Connection c = router.connect()) {
        assertThat(RouterFixture.text(c, "SELECT 1")).isEqualTo("1");
      }
      String wrongPassword = router.url("").replaceFirst("password=[^&]*", "password=wrong");
      if (auth != RouterSpec.Auth.TRUST) {
        assertThatThrownBy(() -> java.sql.DriverManager.getConnection(wrongPassword))
            .hasMessageContaining("password authentication failed");
      }
      String wrongUser = router.url("").replaceFirst("user=[^&]*", "user=nobody");
      assertThatThrownBy(() -> java.sql.DriverManager.getConnection(wrongUser))
          .hasMessageContaining("password authentication failed for user \"nobody\"");
    }
  }

  private static QuerySample last(RouterFixture router, String start) {
    return router.samples.stream()
        .filter(sample -> sample.text().startsWith(start))
        .reduce((a, b) -> b)
        .orElseThrow();
  }
}

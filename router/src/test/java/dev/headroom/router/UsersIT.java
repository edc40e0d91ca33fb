package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.Tls;
import dev.headroom.spec.RouterSpec;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Several databases and users behind one router. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UsersIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  private static final Map<String, Credential> USERS = new ConcurrentHashMap<>();
  private static String second = "";
  private static RouterFixture router;

  @BeforeAll
  static void start() throws SQLException {
    second = POSTGRES.database() + "_second";
    POSTGRES.execute(
        "CREATE DATABASE " + second,
        "CREATE ROLE users_it_plain LOGIN PASSWORD 'of plain'",
        "CREATE ROLE users_it_verified LOGIN PASSWORD 'of verified'",
        "CREATE ROLE users_it_queried LOGIN PASSWORD 'of queried'",
        "CREATE ROLE users_it_late LOGIN PASSWORD 'of late'",
        "CREATE TABLE thing AS SELECT 'first' AS name",
        "GRANT SELECT ON thing TO PUBLIC");
    try (Connection c = POSTGRES.primary().connect(second)) {
      RouterFixture.execute(c, "CREATE SEQUENCE steps");
      RouterFixture.execute(
          c, "CREATE VIEW thing AS SELECT 'second' AS name, nextval('steps') AS step");
      RouterFixture.execute(c, "CREATE TABLE other AS SELECT 1 AS id");
      RouterFixture.execute(c, "GRANT ALL ON thing, other, steps TO PUBLIC");
    }
    POSTGRES.awaitReplay();
    try (Connection c = POSTGRES.connect()) {
      USERS.put("users_it_plain", Credential.parse("of plain"));
      USERS.put(
          "users_it_verified",
          Credential.parse(
              RouterFixture.text(
                  c, "SELECT rolpassword FROM pg_authid WHERE rolname = 'users_it_verified'")));
    }
    router = new RouterFixture(POSTGRES, spec(), RouterFixture.access(POSTGRES), clients());
    try (Connection c = router.connect()) {
      router.awaitReads(c);
    }
  }

  @AfterAll
  static void stop() throws SQLException {
    router.close();
    POSTGRES.execute(
        "DROP DATABASE " + second + " WITH (FORCE)",
        "DROP ROLE users_it_plain, users_it_verified, users_it_queried, users_it_late");
  }

  private static RouterSpec spec() {
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
        RouterSpec.Auth.SCRAM_SHA_256,
        Optional.empty(),
        List.of(second, "no_such_database"),
        List.of(),
        Optional.empty(),
        Optional.of("SELECT rolname, rolpassword FROM pg_authid WHERE rolname = $1"),
        RouterSpec.SlowStatements.DEFAULT);
  }

  private static ClientAccess clients() {
    return new ClientAccess() {
      @Override
      public Tls tls(RouterSpec spec) {
        return Tls.DISABLED;
      }

      @Override
      public Map<String, Credential> users(RouterSpec spec) {
        return Map.copyOf(USERS);
      }
    };
  }

  private static Connection connect(String database, String user, String password)
      throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + router.router.address().getPort() + "/" + database,
        user,
        password);
  }

  private static void assertRefused(
      String database, String user, String password, String sqlState, String text) {
    assertThatThrownBy(() -> connect(database, user, password).close())
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(text)
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo(sqlState);
  }

  @Test
  void everyUserIsItselfOnTheServersToo() throws SQLException {
    String first = POSTGRES.database();
    for (String user : List.of("plain", "verified", "queried")) {
      for (String database : List.of(first, second)) {
        try (Connection c = connect(database, "users_it_" + user, "of " + user)) {
          for (int i = 0; i < 3; i++) {
            assertThat(RouterFixture.text(c, "SELECT current_user || '@' || current_database()"))
                .isEqualTo("users_it_" + user + "@" + database);
          }
          assertThat(RouterFixture.text(c, "SELECT name FROM thing"))
              .isEqualTo(database.equals(first) ? "first" : "second");
        }
      }
    }
  }

  @Test
  void aNameMeansWhatItMeansInItsOwnDatabase() throws SQLException {
    try (Connection here = connect(POSTGRES.database(), "users_it_plain", "of plain");
        Connection there = connect(second, "users_it_plain", "of plain")) {
      router.awaitReads(here);
      router.awaitReads(there);
      assertThat(router.roleOf(here, "SELECT name FROM thing")).isEqualTo("replica");
      assertThat(router.roleOf(there, "SELECT name FROM thing")).isEqualTo("primary");
      // The view has written: its reader waits for the replica as any writer does.
      Await.until(
          RouterFixture.BOUND,
          () -> router.roleOf(there, "SELECT id FROM other").equals("replica"));
      assertThat(router.roleOf(here, "SELECT name FROM thing")).isEqualTo("replica");
    }
  }

  @Test
  void whoIsNotKnownIsRefused() {
    String first = POSTGRES.database();
    assertRefused(first, "users_it_plain", "wrong", "28P01", "password authentication failed");
    assertRefused(first, "users_it_verified", "wrong", "28P01", "password authentication failed");
    assertRefused(first, "users_it_queried", "wrong", "28P01", "password authentication failed");
    assertRefused(first, "nobody' OR 1=1 --", "wrong", "28P01", "password authentication failed");
    assertRefused("elsewhere", "users_it_plain", "of plain", "3D000", "is not behind this router");
    assertRefused("no_such_database", "users_it_plain", "of plain", "3D000", "does not exist");
    assertRefused("headroom", "users_it_plain", "of plain", "42501", "admin database");
  }

  @Test
  void aChangedPasswordIsAskedForAgain() throws SQLException {
    String first = POSTGRES.database();
    connect(first, "users_it_queried", "of queried").close();
    POSTGRES.execute("ALTER ROLE users_it_queried PASSWORD 'changed'");
    try {
      assertRefused(first, "users_it_queried", "changed", "28P01", "password");
      try (Connection c = connect(first, "users_it_queried", "changed")) {
        try (Connection admin = router.admin()) {
          RouterFixture.execute(admin, "RECONNECT");
        }
        assertThat(RouterFixture.text(c, "SELECT current_user")).isEqualTo("users_it_queried");
      }
    } finally {
      POSTGRES.execute("ALTER ROLE users_it_queried PASSWORD 'of queried'");
    }
  }

  @Test
  void reloadTakesInWhatTheDocumentRefersTo() throws SQLException {
    POSTGRES.execute("ALTER ROLE users_it_late PASSWORD 'of late'");
    USERS.put("users_it_late", new Credential.Password("another"));
    try (Connection admin = router.admin()) {
      RouterFixture.execute(admin, "RELOAD");
      assertRefused(POSTGRES.database(), "users_it_late", "of late", "28P01", "password");
      USERS.put("users_it_late", new Credential.Password("of late"));
      RouterFixture.execute(admin, "RELOAD");
      try (Connection c = connect(POSTGRES.database(), "users_it_late", "of late")) {
        assertThat(RouterFixture.text(c, "SELECT current_user")).isEqualTo("users_it_late");
        assertThat(RouterFixture.text(admin, "SHOW CLIENTS")).isNotEmpty();
      }
    }
  }

  @Test
  void aLoginThatTheServersRefuseDoesNotMakeThemSuspect() throws SQLException {
    USERS.put("users_it_gone", new Credential.Password("of nobody"));
    try (Connection admin = router.admin()) {
      RouterFixture.execute(admin, "RELOAD");
    }
    assertRefused(POSTGRES.database(), "users_it_gone", "of nobody", "28P01", "users_it_gone");
    try (Connection c = router.connect()) {
      assertThat(RouterFixture.text(c, "SELECT 1")).isEqualTo("1");
    }
    assertThat(router.router.check()).isInstanceOf(dev.headroom.base.Health.Up.class);
  }
}

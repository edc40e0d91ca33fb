package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.testing.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the PostgreSQL JDBC driver's own tests have found, one server connection for all clients.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PreparedIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  private static RouterFixture router;

  @BeforeAll
  static void start() throws SQLException {
    router = new RouterFixture(POSTGRES, 1, Duration.ofSeconds(5));
    try (Connection c = router.connect()) {
      router.awaitReads(c);
    }
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  /* More than the socket takes at once, so that writing it calls back. */
  @ParameterizedTest
  @ValueSource(strings = {"extended", "extendedForPrepared", "extendedCacheEverything"})
  void aPipelineTooLongToBeKeptIsSentOnce(String mode) throws SQLException {
    int count = 60_000;
    String sql = "SELECT ARRAY[" + String.join(",", Collections.nCopies(count, "?")) + "]";
    try (Connection c = router.connect("&preferQueryMode=" + mode)) {
      for (int round = 0; round < 3; round++) {
        try (PreparedStatement select = c.prepareStatement(sql)) {
          for (int i = 1; i <= count; i++) {
            select.setString(i, "v" + i);
          }
          try (ResultSet row = select.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat((Object[]) row.getArray(1).getArray()).hasSize(count).endsWith("v" + count);
          }
        }
      }
    }
  }

  @Test
  void dateStyleIsTwoSettingsAndNeitherLeaks() throws SQLException {
    String date = "SELECT extract(month FROM '01/02/2026'::date) WHERE nextval('leak') > 0";
    POSTGRES.execute("CREATE SEQUENCE leak");
    try (Connection dayFirst = router.connect();
        Connection other = router.connect()) {
      RouterFixture.execute(dayFirst, "SET DateStyle = 'ISO, DMY'");
      for (int i = 0; i < 3; i++) {
        assertThat(RouterFixture.text(dayFirst, date)).isEqualTo("2");
        assertThat(RouterFixture.text(other, date)).isEqualTo("1");
      }
      RouterFixture.execute(dayFirst, "SET DateStyle = 'ISO'");
      assertThat(RouterFixture.text(other, "SHOW DateStyle")).isEqualTo("ISO, MDY");
      assertThat(RouterFixture.text(dayFirst, "SHOW DateStyle")).isEqualTo("ISO, DMY");
    }
  }

  /* The second way, one text says more than its first words. */
  @ParameterizedTest
  @ValueSource(strings = {"", "SELECT 1; "})
  void aTypeThatIsMadeAnewIsAskedForAnew(String before) throws SQLException {
    try (Connection maker = router.connect("&preferQueryMode=simple");
        Connection c = router.connect("&prepareThreshold=0")) {
      c.setAutoCommit(false); // In a transaction nothing can be tried again.
      for (int round = 0; round < 3; round++) {
        RouterFixture.execute(maker, before + "CREATE TYPE mood AS ENUM ('good', 'bad')");
        RouterFixture.execute(maker, before + "CREATE TABLE feeling (m mood)");
        try (PreparedStatement insert = c.prepareStatement("INSERT INTO feeling VALUES (?)")) {
          insert.setObject(1, "good", Types.OTHER);
          assertThat(insert.executeUpdate()).isEqualTo(1);
        }
        c.commit();
        RouterFixture.execute(maker, before + "DROP TABLE feeling");
        RouterFixture.execute(maker, before + "DROP TYPE mood");
      }
    }
  }

  @Test
  void temporaryTablesOfOneNameAreNotMixedUp() throws SQLException {
    try (Connection c = router.connect("&prepareThreshold=0")) {
      for (String columns : List.of("id int", "id int, name text")) {
        RouterFixture.execute(c, "CREATE TEMP TABLE scratch (" + columns + ")");
        RouterFixture.execute(c, "INSERT INTO scratch (id) VALUES (1)");
        try (PreparedStatement read = c.prepareStatement("SELECT * FROM scratch WHERE id = ?")) {
          read.setInt(1, 1);
          try (ResultSet row = read.executeQuery()) {
            assertThat(row.next()).isTrue();
          }
        }
        RouterFixture.execute(c, "DROP TABLE scratch");
      }
    }
  }

  /* The router does not see this DDL. The driver knows the columns, and prepares anew on the error. */
  @ParameterizedTest
  @ValueSource(strings = {"", "&autosave=conservative"})
  void aDriverThatKnowsTheColumnsIsToldOfAnOutdatedPlan(String options) throws SQLException {
    // One each: inside a transaction the plans of the other's would be found outdated.
    String table = options.isEmpty() ? "grown" : "grown_in_transactions";
    POSTGRES.execute("CREATE TABLE " + table + " (id int)", "INSERT INTO " + table + " VALUES (1)");
    POSTGRES.awaitReplay();
    try (Connection c = router.connect("&prepareThreshold=1" + options);
        PreparedStatement read = c.prepareStatement("SELECT * FROM " + table + " WHERE id = ?")) {
      c.setAutoCommit(options.isEmpty());
      for (int columns = 1; columns <= 3; columns++) {
        if (!options.isEmpty()) {
          // The driver makes no savepoint before the first statement of a transaction.
          assertThat(RouterFixture.text(c, "SELECT 1")).isEqualTo("1");
        }
        for (int i = 0; i < 3; i++) {
          read.setInt(1, 1);
          try (ResultSet row = read.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(row.getMetaData().getColumnCount()).isEqualTo(columns);
          }
        }
        if (!options.isEmpty()) {
          c.commit();
        }
        POSTGRES.execute("ALTER TABLE " + table + " ADD COLUMN c" + columns + " int");
        POSTGRES.awaitReplay();
      }
    }
  }

  /* What the replica does not have yet is on the primary. */
  @Test
  void aTableThatTheReplicaDoesNotHaveYetIsReadOnThePrimary() throws SQLException {
    router.pause(0);
    try (Connection maker = router.connect();
        Connection reader = router.connect()) {
      RouterFixture.execute(maker, "CREATE TABLE brand_new AS SELECT 7 AS n");
      assertThat(RouterFixture.text(reader, "SELECT n FROM brand_new")).isEqualTo("7");
    } finally {
      router.resume(0);
    }
  }

  /* A server says nothing more up to Sync, and neither does the router for it. */
  @Test
  void behindAnErrorNothingComesBeforeTheEndOfThePipeline() throws IOException {
    try (WireClient client = new WireClient(router.router.address().getPort())) {
      client.startup(POSTGRES.user(), POSTGRES.database()).authenticate(POSTGRES.password());
      FrontendMessage known = new FrontendMessage.Parse("a", "SELECT $1::int", List.of());
      client.send(known, new FrontendMessage.Flush(), new FrontendMessage.Sync());
      client.await(BackendMessage.ReadyForQuery.class);
      client.send(
          new FrontendMessage.Parse("b", "SELECT nothing FROM nowhere_at_all", List.of()),
          new FrontendMessage.Flush());
      client.await(BackendMessage.ErrorResponse.class);
      client.send(
          new FrontendMessage.Parse("c", "SELECT $1::int", List.of()), new FrontendMessage.Sync());
      List<String> behind = new ArrayList<>();
      BackendMessage message = client.next();
      while (!(message instanceof BackendMessage.ReadyForQuery)) {
        behind.add(message.toString());
        message = client.next();
      }
      assertThat(behind).isEmpty();
    }
  }
}

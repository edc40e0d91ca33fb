package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Readers that replay no WAL. Aurora is modelled: ordinary servers with the functions that it is
 * recognised by.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuroraIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  @BeforeAll
  static void schema() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE entry (id int)",
        "CREATE TABLE reported AS SELECT 12.5::float8 AS lag",
        "CREATE FUNCTION aurora_version() RETURNS text LANGUAGE sql RETURN '17.5.0'",
        "CREATE FUNCTION aurora_db_instance_identifier() RETURNS text LANGUAGE sql RETURN 'own'",
        "CREATE FUNCTION aurora_replica_status()"
            + " RETURNS TABLE (server_id text, replica_lag_in_msec float8)"
            + " LANGUAGE sql AS $$SELECT 'own', lag FROM reported$$");
    POSTGRES.awaitReplay();
  }

  @Test
  void whoHasWrittenReadsOnThePrimaryAndOthersOnReadersThatAreNotBehind() throws Exception {
    try (RouterFixture router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(5))) {
      // What runs before the catalogs are read may have written: each look is a new client's.
      Await.until(
          RouterFixture.BOUND,
          () -> {
            try (Connection c = router.connect()) {
              return router.roleOf(c, "SELECT 1").equals("replica");
            }
          });
      whoHasWrittenReadsOnThePrimary(router);
    }
  }

  private static void whoHasWrittenReadsOnThePrimary(RouterFixture router) throws SQLException {
    try (Connection reader = router.connect();
        Connection writer = router.connect()) {
      RouterFixture.execute(writer, "INSERT INTO entry VALUES (1)");
      POSTGRES.awaitReplay();
      for (int i = 0; i < 20; i++) {
        // An ordinary replica would be known to have it by now; of a reader that is not known.
        assertThat(router.roleOf(writer, "SELECT id FROM entry")).isEqualTo("primary");
        assertThat(router.roleOf(reader, "SELECT id FROM entry")).isEqualTo("replica");
      }
      RouterFixture.execute(reader, "SET headroom.key = 'shared'");
      RouterFixture.execute(writer, "SET headroom.key = 'shared'");
      RouterFixture.execute(writer, "INSERT INTO entry VALUES (2)");
      assertThat(router.roleOf(reader, "SELECT id FROM entry")).isEqualTo("primary");

      POSTGRES.execute("UPDATE reported SET lag = 3600000");
      try (Connection third = router.connect()) {
        Await.until(
            RouterFixture.BOUND,
            () -> router.roleOf(third, "SELECT id FROM entry").equals("primary"));
        POSTGRES.execute("UPDATE reported SET lag = 8");
        Await.until(
            RouterFixture.BOUND,
            () -> router.roleOf(third, "SELECT id FROM entry").equals("replica"));
      }
    }
  }
}

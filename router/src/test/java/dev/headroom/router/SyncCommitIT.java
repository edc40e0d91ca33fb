package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A commit that no replica confirms is not told as one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SyncCommitIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.exclusive();

  @ParameterizedTest
  @CsvSource({"simple, true", "simple, false", "extended, true", "extended, false"})
  void cancelledWaitForAReplicaIsOfUnknownOutcome(String mode, boolean autoCommit)
      throws Exception {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS entry",
        "CREATE TABLE entry (id int PRIMARY KEY)",
        "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
        "SELECT pg_reload_conf()");
    try (RouterFixture router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(10));
        Connection client = router.connect("&preferQueryMode=" + mode)) {
      client.setAutoCommit(autoCommit);
      CompletableFuture<String> outcome = new CompletableFuture<>();
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      RouterFixture.execute(client, "INSERT INTO entry VALUES (1)");
                      if (!autoCommit) {
                        client.commit();
                      }
                      outcome.complete("success");
                    } catch (SQLException e) {
                      outcome.complete(e.getSQLState() + " " + e.getMessage());
                    }
                  });
      try (Connection direct = POSTGRES.connect()) {
        Await.until(
            RouterFixture.BOUND,
            () ->
                RouterFixture.text(
                        direct,
                        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                            + " WHERE wait_event = 'SyncRep'")
                    .equals("t"));
        assertThat(outcome.get(20, TimeUnit.SECONDS))
            .startsWith("08007")
            .contains("canceling wait for synchronous replication");
        writer.join();
        // It was committed here after all; the session goes on.
        client.setAutoCommit(true);
        assertThat(RouterFixture.text(client, "SELECT count(*) FROM entry")).isEqualTo("1");
        assertThat(router.samples).anyMatch(sample -> sample.sqlState().equals("08007"));
      }
    } finally {
      POSTGRES.execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");
    }
  }
}

package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Clients that listen hold no connection of the pool. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NotificationIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  private static RouterFixture router;

  @BeforeAll
  static void start() {
    router = new RouterFixture(POSTGRES, 2, Duration.ofSeconds(2));
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  private static List<String> heard(Connection c, int millis) throws SQLException {
    PGNotification[] come = c.unwrap(PGConnection.class).getNotifications(millis);
    return come == null
        ? List.of()
        : Arrays.stream(come).map(n -> n.getName() + "=" + n.getParameter()).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void moreClientsListenThanThePoolHasConnections(String mode) throws SQLException {
    List<Connection> listeners = new ArrayList<>();
    try (Connection speaker = router.connect()) {
      for (int i = 0; i < 8; i++) {
        Connection listener = router.connect("&preferQueryMode=" + mode);
        listeners.add(listener);
        RouterFixture.execute(listener, "LISTEN Many");
        RouterFixture.execute(listener, "LISTEN \"Own " + i + "\"");
      }
      RouterFixture.execute(speaker, "NOTIFY many, 'to all'");
      RouterFixture.execute(speaker, "SELECT pg_notify('Own 3', 'to one')");
      RouterFixture.execute(speaker, "SELECT pg_notify('nobody', 'to none')");
      for (int i = 0; i < 8; i++) {
        Connection listener = listeners.get(i);
        List<String> all = new ArrayList<>();
        String last = i == 3 ? "Own 3=to one" : "many=to all";
        Await.until(
            RouterFixture.BOUND, () -> all.addAll(heard(listener, 0)) && all.contains(last));
        assertThat(all).startsWith("many=to all").endsWith(last).hasSize(i == 3 ? 2 : 1);
      }
      assertThat(heard(listeners.get(4), 100)).isEmpty();
    } finally {
      for (Connection listener : listeners) {
        listener.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void ownNotificationsComeBeforeTheEndOfTheirStatement(String mode) throws SQLException {
    try (Connection c = router.connect("&preferQueryMode=" + mode)) {
      RouterFixture.execute(c, "LISTEN own");
      for (int i = 0; i < 20; i++) {
        RouterFixture.execute(c, "NOTIFY own, '" + i + "'");
        PGNotification[] come = c.unwrap(PGConnection.class).getNotifications();
        assertThat(come).hasSize(1);
        assertThat(come[0].getParameter()).isEqualTo(Integer.toString(i));
        assertThat(come[0].getPID())
            .as("as if one process had done both")
            .isEqualTo(c.unwrap(PGConnection.class).getBackendPID());
      }
      RouterFixture.execute(c, "UNLISTEN own");
      RouterFixture.execute(c, "NOTIFY own, 'late'");
      assertThat(heard(c, 100)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void listenHoldsFromTheEndOfItsTransactionOn(String mode) throws SQLException {
    try (Connection c = router.connect("&preferQueryMode=" + mode);
        Connection speaker = router.connect()) {
      c.setAutoCommit(false);
      RouterFixture.execute(c, "LISTEN undone");
      c.rollback();
      RouterFixture.execute(c, "LISTEN done");
      RouterFixture.execute(speaker, "NOTIFY done, 'too early'");
      c.commit();
      RouterFixture.execute(speaker, "NOTIFY undone");
      RouterFixture.execute(speaker, "NOTIFY done, 'heard'");
      assertThat(heard(c, 5000)).containsExactly("done=heard");

      // Inside a transaction it has to wait.
      RouterFixture.text(c, "SELECT 1");
      RouterFixture.execute(speaker, "NOTIFY done, 'later'");
      assertThat(heard(c, 200)).isEmpty();
      c.commit();
      assertThat(heard(c, 5000)).containsExactly("done=later");

      RouterFixture.execute(c, "LISTEN more");
      assertThatThrownBy(() -> RouterFixture.execute(c, "SELECT 1/0")).hasMessageContaining("zero");
      assertThatThrownBy(() -> RouterFixture.execute(c, "LISTEN more"))
          .hasMessageContaining("current transaction is aborted");
      c.rollback();
      RouterFixture.execute(speaker, "NOTIFY more");
      assertThat(heard(c, 100)).isEmpty();
    }
  }

  @Test
  void severalInOneQueryAndUnlistenAll() throws SQLException {
    try (Connection c = router.connect("&preferQueryMode=simple");
        Connection speaker = router.connect()) {
      RouterFixture.execute(c, "LISTEN a; LISTEN b; UNLISTEN a");
      RouterFixture.execute(speaker, "NOTIFY a");
      RouterFixture.execute(speaker, "NOTIFY b, '1'");
      assertThat(heard(c, 5000)).containsExactly("b=1");
      RouterFixture.execute(c, "UNLISTEN *");
      RouterFixture.execute(speaker, "NOTIFY b, '2'");
      assertThat(heard(c, 100)).isEmpty();
      RouterFixture.execute(c, "LISTEN b");
      RouterFixture.execute(c, "DISCARD ALL");
      RouterFixture.execute(speaker, "NOTIFY b, '3'");
      assertThat(heard(c, 100)).isEmpty();
    }
  }

  /* What is notified until it listens again is lost: the client must know. */
  @Test
  void aLostConnectionIsTold() throws SQLException {
    try (Connection c = router.connect()) {
      RouterFixture.execute(c, "LISTEN gone");
      POSTGRES.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE query LIKE '%LISTEN \"gone\"%' AND pid <> pg_backend_pid()");
      Await.until(
          RouterFixture.BOUND,
          () -> {
            try {
              RouterFixture.text(c, "SELECT 1");
              return false;
            } catch (SQLException e) {
              return true;
            }
          });
    }
    try (Connection c = router.connect()) {
      RouterFixture.execute(c, "LISTEN gone");
      RouterFixture.execute(c, "NOTIFY gone, 'back'");
      assertThat(heard(c, 0)).containsExactly("gone=back");
    }
  }

  @Test
  void nothingIsLeftWhenAllHaveLeft() {
    Await.until(
        RouterFixture.BOUND,
        () -> {
          try (Connection c = POSTGRES.connect()) {
            return RouterFixture.text(
                    c,
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%LISTEN \"%'"
                        + " AND pid <> pg_backend_pid() AND datname = current_database()")
                .equals("0");
          }
        });
  }
}

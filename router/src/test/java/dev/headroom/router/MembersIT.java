package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.QuerySample;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which replicas are read from: members come and go, and fall behind. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MembersIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(2);

  @Test
  void membersComeAndGoWhileClientsStay() throws SQLException {
    Member primary = RouterFixture.member(POSTGRES.primary());
    Member first = RouterFixture.member(POSTGRES.replica(0));
    Member second = RouterFixture.member(POSTGRES.replica(1));
    try (RouterFixture router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(5));
        Connection client = router.connect()) {
      router.awaitReads(client);
      Await.until(
          RouterFixture.BOUND,
          () -> readers(router, client).equals(Set.of(first.name(), second.name())));
      router.router.members(List.of(primary, first));
      Await.until(RouterFixture.BOUND, () -> readers(router, client).equals(Set.of(first.name())));
      router.router.members(List.of(primary));
      Await.until(
          RouterFixture.BOUND, () -> readers(router, client).equals(Set.of(primary.name())));
      RouterFixture.execute(client, "CREATE TABLE stays (a int)");
      router.router.members(List.of(primary, second));
      Await.until(RouterFixture.BOUND, () -> readers(router, client).equals(Set.of(second.name())));
      assertThat(RouterFixture.text(client, "SELECT count(*) FROM stays")).isEqualTo("0");
    }
  }

  @Test
  void aReplicaBehindForLongerThanMaxLagGetsNoReads() throws SQLException {
    POSTGRES.execute("CREATE TABLE late (a int)");
    POSTGRES.awaitReplay();
    String behind = RouterFixture.member(POSTGRES.replica(0)).name();
    String current = RouterFixture.member(POSTGRES.replica(1)).name();
    try (RouterFixture router =
            new RouterFixture(POSTGRES, 4, Duration.ofSeconds(5), Duration.ofSeconds(2));
        Connection client = router.connect()) {
      router.awaitReads(client);
      router.pause(0);
      try {
        // Past the router: this client has written nothing, and may read what is old.
        POSTGRES.execute("INSERT INTO late VALUES (1)");
        Await.until(RouterFixture.BOUND, () -> readers(router, client).equals(Set.of(current)));
        assertThat(RouterFixture.text(client, "SELECT count(*) FROM late")).isEqualTo("1");
      } finally {
        router.resume(0);
      }
      Await.until(RouterFixture.BOUND, () -> readers(router, client).contains(behind));
    }
  }

  /* Who serves forty reads: at two servers, none is passed over by chance. */
  private static Set<String> readers(RouterFixture router, Connection client) throws SQLException {
    router.samples.clear();
    for (int i = 0; i < 40; i++) {
      RouterFixture.text(client, "SELECT " + i);
    }
    return router.samples.stream().map(QuerySample::member).collect(Collectors.toSet());
  }
}

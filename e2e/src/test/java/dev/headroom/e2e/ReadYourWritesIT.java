package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lagging replicas and a crowd: nobody misses their own write, and the crowd gets more replicas.
 */
class ReadYourWritesIT {
  private static final String TWO_TO_SIX =
      """
        services: {api: {replicas: {min: 2, max: 6}, targets: {inFlight: 2}}}
      """;

  @TempDir private Path folder;

  @Test
  void nobodyMissesTheirOwnWriteAndASpikeMovesTheReplicasUpAndBack()
      throws IOException, InterruptedException, SQLException {
    Instant begin = Instant.now();
    try (DemoRun demo =
        DemoRun.start(folder, TWO_TO_SIX, "--users", "300", "--spike", "5s:2400:25s")) {
      List<Postgres.Member> lagging = demo.postgres().replicas().subList(0, 2);
      for (Postgres.Member replica : lagging) {
        replica.execute("SELECT pg_wal_replay_pause()");
      }
      Await.until(Duration.ofSeconds(60), () -> demo.ready("api") > 2);
      Await.until(Duration.ofSeconds(30), () -> demo.requestsSince(begin.toString()) > 1000);
      for (Postgres.Member replica : lagging) {
        assertThat(replica.number("SELECT pg_is_wal_replay_paused()::int")).isEqualTo(1);
        replica.execute("SELECT pg_wal_replay_resume()");
      }
      Await.until(Duration.ofSeconds(30), () -> demo.postgres().streaming() == 4);

      // Half a minute with less to do, and a look every 15 s.
      Await.until(Duration.ofSeconds(150), () -> demo.ready("api") == 2);
      assertThat(ways(demo)).containsExactly("down", "up");

      assertThat(demo.process().interrupt()).isEqualTo(130);
      JsonNode report = demo.report();
      String complaints = demo.complaints();
      assertThat(report.path("staleReads").asLong(-1)).as(complaints).isZero();
      assertThat(report.path("lostWrites").asLong(-1)).isZero();
      assertThat(report.path("acknowledgedWrites").asLong()).isGreaterThan(50);
      assertThat(report.path("errors").asLong()).as(complaints).isZero();
    }
  }

  /** Which ways the autoscaler went, by its own account. */
  private static Set<String> ways(DemoRun demo) {
    Set<String> ways = new TreeSet<>();
    for (JsonNode event : demo.process().api("/api/v1/events?window=1h&limit=1000")) {
      if (event.path("name").asText().equals("headroom.scale")) {
        JsonNode words = event.path("attributes");
        boolean up = words.path("headroom.to").asInt() > words.path("headroom.from").asInt();
        ways.add(up ? "up" : "down");
      }
    }
    return ways;
  }
}

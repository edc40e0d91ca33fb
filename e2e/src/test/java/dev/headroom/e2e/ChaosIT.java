package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.testing.Await;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of one part after another under load: everything heals, nothing is lost. */
class ChaosIT {
  private static final Duration HEAL_BOUND = Duration.ofSeconds(60);
  private static final int SERVICE_REPLICAS = 4;

  /** One request in twenty writes something that is asked for again at the end. */
  private static final int ENOUGH_REQUESTS = 250;

  private static final String FOUR_REPLICAS =
      """
        services: {api: {replicas: {min: 4, max: 4}}}
      """;

  @TempDir private Path folder;

  @Test
  void everythingHealsAndNoAcknowledgedWriteIsLost() throws Exception {
    Instant begin = Instant.now();
    try (DemoRun demo = DemoRun.start(folder, FOUR_REPLICAS, "--users", "1200")) {
      // Without it everything had healed before the users were there, and nothing was verified.
      Await.until(HEAL_BOUND, () -> demo.requestsSince(begin.toString()) >= ENOUGH_REQUESTS);
      Postgres before = demo.postgres();
      String primary = before.primary().child();
      int router = demo.process().port("router");
      try (AcknowledgedWrites writes =
          AcknowledgedWrites.start(router, before.applicationPassword())) {
        writes.awaitMore(20, Duration.ofSeconds(20));

        Instant killed = Instant.now();
        demo.kill(primary);
        writes.awaitSince(killed, HEAL_BOUND);
        assertThat(writes.longestGap()).as("without a write").isLessThan(Duration.ofSeconds(10));
        awaitHealed(demo);
        assertThat(demo.postgres().primary().child()).isNotEqualTo(primary);

        demo.kill(demo.postgres().replicas().getFirst().child());
        awaitHealed(demo);

        demo.kill(demo.redis().master().name());
        awaitHealed(demo);

        Set<String> victims = Set.of("api-1", "api-2");
        List<Long> pids = victims.stream().map(victim -> demo.kill(victim).pid()).toList();
        Await.until(
            HEAL_BOUND,
            () ->
                demo.process().run().children().stream()
                        .noneMatch(child -> pids.contains(child.pid()))
                    && demo.ready("api") == SERVICE_REPLICAS);
        awaitHealed(demo);

        writes.awaitMore(20, Duration.ofSeconds(20));
        assertThat(writes.lostOn(demo.postgres().primary())).isEmpty();
      }
      assertThat(events(demo)).contains("headroom.failover", "headroom.redis", "headroom.replica");

      assertThat(demo.process().interrupt()).isEqualTo(130);
      JsonNode report = demo.report();
      assertThat(report.path("verifiedWrites").asLong()).as(report.toString()).isPositive();
      assertThat(report.path("lostWrites").asLong(-1))
          .as(report.path("samples").toString())
          .isZero();
      assertThat(report.path("staleReads").asLong(-1))
          .as(report.path("samples").toString())
          .isZero();
    }
  }

  private static void awaitHealed(DemoRun demo) {
    Await.until(
        HEAL_BOUND,
        () -> {
          Postgres postgres = demo.postgres();
          return postgres.members().size() == 5
              && postgres.streaming() == 4
              && demo.redis().isOk(6)
              && demo.ready("api") == SERVICE_REPLICAS;
        });
    demo.awaitAllUp(HEAL_BOUND);
  }

  private static Set<String> events(DemoRun demo) throws SQLException {
    Set<String> names = new TreeSet<>();
    for (JsonNode event : demo.process().api("/api/v1/events?window=1h&limit=1000")) {
      names.add(event.path("name").asText());
    }
    return names;
  }
}

package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code headroom demo --for}, from its start to its end, checked by what is not ours. */
class DemoIT {
  private static final int ENOUGH_READS = 1500;

  @TempDir private Path folder;

  @Test
  void showsTheWholeArchitectureUnderTrafficAndEndsByItself()
      throws IOException, InterruptedException, SQLException {
    Instant begin = Instant.now();
    List<ProcessHandle> family;
    try (DemoRun demo = DemoRun.start(folder, "", "--users", "1200", "--for", "45s")) {
      HeadroomProcess process = demo.process();
      Postgres postgres = demo.postgres();
      ReadShares atStart = ReadShares.of(postgres);
      assertThat(postgres.members()).hasSize(5);
      assertThat(postgres.streaming()).isEqualTo(4);
      assertThat(demo.redis().isOk(6)).isTrue();
      demo.awaitAllUp(Duration.ofSeconds(20));

      Await.until(
          Duration.ofSeconds(40),
          () -> ReadShares.of(postgres).since(atStart).total() >= ENOUGH_READS);
      readsAreSpread(ReadShares.of(postgres).since(atStart), postgres.primary().child());
      assertThat(demo.requestsSince(begin.toString())).isPositive();

      family = process.family();
      assertThat(family).hasSizeGreaterThan(20);
      assertThat(process.awaitExit(Duration.ofMinutes(2))).as(process.output()).isZero();
      assertThat(HeadroomProcess.running(family)).isEmpty();

      theMixWithoutAnError(demo.report(), demo.complaints());
    }
    gatewayAndApplicationCountAlike(begin);
  }

  private static void readsAreSpread(ReadShares shares, String primary) {
    for (String member : shares.members()) {
      if (member.equals(primary)) {
        assertThat(shares.share(member)).as("%s, primary, of %s", member, shares).isLessThan(0.1);
      } else {
        assertThat(shares.share(member)).as("%s of %s", member, shares).isGreaterThan(0.1);
        assertThat(shares.rows().get(member)).as("%s of %s", member, shares).isPositive();
      }
    }
  }

  private static void theMixWithoutAnError(JsonNode report, String complaints) {
    Set<String> missing = new TreeSet<>();
    for (JsonNode endpoint : report.path("endpoints")) {
      if (endpoint.path("count").asLong() == 0) {
        missing.add(endpoint.path("endpoint").asText());
      }
    }
    assertThat(report.path("endpoints")).hasSizeGreaterThanOrEqualTo(25);
    // The rarest come by once in two thousand requests, and here are half as many.
    assertThat(missing).hasSizeLessThanOrEqualTo(report.path("endpoints").size() / 10);
    for (String nothing :
        List.of("errors", "unexpected4xx", "staleReads", "lostWrites", "unverifiedWrites")) {
      assertThat(report.path(nothing).asLong(-1)).as("%s: %s", nothing, complaints).isZero();
    }
    assertThat(report.path("verifiedWrites").asLong()).isPositive();
  }

  /* After the end, so that nothing is on its way: the server role alone shows what was stored. */
  private void gatewayAndApplicationCountAlike(Instant begin) throws IOException {
    Map<String, Long> logged = new TreeMap<>();
    for (String line : Files.readAllLines(folder.resolve("state/logs/access.log"))) {
      String[] words = line.split(" ");
      logged.merge(words[1] + " " + words[2].replaceAll("\\{\\w+}", "{id}"), 1L, Long::sum);
    }
    Map<String, Long> measured = new TreeMap<>();
    Path document =
        Files.writeString(
            folder.resolve("server.yaml"),
            DemoRun.FREE_PORTS + "  services: {api: {command: [none], port: 1}}\n");
    try (HeadroomProcess server =
        HeadroomProcess.start(folder, List.of("server", "-f", document.toString()))) {
      server.awaitOutput("console on", Duration.ofSeconds(30));
      for (JsonNode endpoint : server.api("/api/v1/endpoints?since=" + begin).path("endpoints")) {
        // Services that call each other are shown too, by their own spans.
        if (endpoint.path("service").asText().equals("api")) {
          measured.merge(
              // Named by the gateway until the application's spans have told its own names.
              endpoint.path("method").asText()
                  + " "
                  + endpoint.path("route").asText().replaceAll("\\{\\w+}", "{id}"),
              endpoint.path("count").asLong(),
              Long::sum);
        }
      }
    }
    // Health checks go past the gateway; the application does not log upgrades to WebSocket.
    logged.remove("GET /healthz");
    measured.remove("GET /healthz");
    measured.remove("GET /ws/live");
    assertThat(measured.keySet()).isEqualTo(logged.keySet());
    logged.forEach(
        (endpoint, count) ->
            assertThat((double) measured.getOrDefault(endpoint, 0L))
                .as(endpoint)
                .isCloseTo(count, within(count * 0.01)));
  }
}

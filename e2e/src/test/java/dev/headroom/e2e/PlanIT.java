package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code headroom plan}, as a user starts it. */
class PlanIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String DOCUMENT =
      """
      apiVersion: headroom.dev/v1alpha1
      kind: ScaledApp
      metadata: {name: tracker}
      spec:
        services:
          web:
            command: [node, server.js]
            port: 3000
            replicas: {min: 8, max: 24}
            targets: {cpu: 70%, p95: 250ms}
        nodes: {min: 6, max: 18, spot: 70%}
      """;

  @TempDir private Path folder;
  private Path document;
  private Path trace;

  @BeforeEach
  void write() throws IOException {
    document = Files.writeString(folder.resolve("app.yaml"), DOCUMENT);
    trace =
        Files.writeString(
            folder.resolve("trace.csv"), "time,value\n0,80\n3600,80\n7200,240\n14400,80\n");
  }

  private record Ended(int status, String output) {}

  private Ended plan(String... more) throws InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("plan", "-f", document.toString(), "--traffic", trace.toString()));
    arguments.addAll(List.of(more));
    try (HeadroomProcess process =
        HeadroomProcess.raw(folder, folder.resolve("state"), arguments)) {
      int status = process.awaitExit(SOON);
      return new Ended(status, process.output());
    }
  }

  @Test
  void saysWhetherItHoldsAndWhatItCostsAndWhatIsModelled() throws InterruptedException {
    Ended ended = plan("--users", "3x", "--cpu", "2ms");
    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output())
        .contains("web: 8 to ", "It holds", "P95 (modelled)", "fixed fleet", "assumed")
        .doesNotContain("INFO");
  }

  @Test
  void theSameAsJson() throws InterruptedException, IOException {
    Ended ended = plan("--peak", "300/s", "--json");
    JsonNode json =
        new ObjectMapper().readTree(ended.output().substring(ended.output().indexOf('{')));
    assertThat(json.path("simulated").asBoolean()).isTrue();
    assertThat(json.path("steps")).hasSize(14400 / 15);
    assertThat(json.path("costUsd").asDouble()).isLessThan(json.path("fixedCostUsd").asDouble());
  }

  @Test
  void mistakesAreExplained() throws InterruptedException, IOException {
    assertThat(plan("--users", "many").output())
        .contains("headroom: --users: many (expected: a factor, for example 3x)");
    assertThat(plan("--service", "mailer").output()).contains("(expected: one of [web])");
    Files.writeString(trace, "0,1\nnoon,2\n");
    Ended ended = plan();
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.output()).contains("trace.csv:2: noon,2 (expected: a time");
  }
}

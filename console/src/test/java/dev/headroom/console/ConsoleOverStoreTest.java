package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.apm.TelemetryStore;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.Vocabulary;
import dev.headroom.testing.FakeTime;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The console over the real store: what was measured is what is told, to the last request. */
class ConsoleOverStoreTest {
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom");

  private final FakeTime time = new FakeTime();

  @Test
  void countsAreExact() throws Exception {
    try (TelemetryStore store = TelemetryStore.inMemory(time);
        Console console =
            Console.start(
                new ConsoleSettings("127.0.0.1", 0), store, TestConsole.app(), Actions.NONE, time);
        HttpClient http = HttpClient.newHttpClient()) {
      time.advance(Duration.ofMinutes(5));
      cell(store, 1000, 200, 10);
      time.advance(Duration.ofMinutes(2));
      String since = time.now().toString();
      for (int i = 0; i < 6; i++) {
        time.advance(Duration.ofSeconds(5));
        cell(store, 41, 200, 20);
        cell(store, 3, 404, 5);
        cell(store, 1, 503, 2000);
        gauge(store, Vocabulary.REPLICA, "ready");
      }
      time.advance(Duration.ofSeconds(4));

      JsonNode endpoints = get(http, console, "endpoints?since=" + since).get("endpoints");
      assertThat(endpoints).hasSize(1);
      JsonNode issues = endpoints.get(0);
      assertThat(issues.get("count").asLong()).isEqualTo(6 * 45);
      assertThat(issues.get("clientErrors").asLong()).isEqualTo(6 * 3);
      assertThat(issues.get("serverErrors").asLong()).isEqualTo(6);
      assertThat(issues.at("/latency/p50Ms").asDouble()).isBetween(19.8, 20.2);

      JsonNode overview = get(http, console, "overview");
      assertThat(overview.at("/traffic/count").asLong()).as("last minute").isEqualTo(6 * 45);
      assertThat(overview.at("/ageMs/gateway").asLong()).isEqualTo(4000);
      assertThat(overview.get("replicasReady").asInt()).isEqualTo(1);
      assertThat(overview.at("/health/reasons").toString()).contains("2.2 % of requests fail");

      JsonNode points = get(http, console, "series?window=15m");
      double requests = 0;
      for (JsonNode point : points) {
        requests += point.get("perSecond").asDouble() * 10;
      }
      assertThat(requests).as("whole steps only").isBetween(1000 + 4 * 45.0, 1000 + 6 * 45.0);

      time.advance(Duration.ofSeconds(30));
      assertThat(get(http, console, "replicas")).as("state that stopped is over").isEmpty();
    }
  }

  private void cell(TelemetryStore store, int count, long status, double millis) {
    LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    for (int i = 0; i < count; i++) {
      recorder.record(millis / 1000);
    }
    long now = time.epochNanos();
    store.accept(
        Telemetry.metrics(
            List.of(
                new Metric.Histogram(
                    Vocabulary.HTTP_DURATION,
                    "s",
                    Attributes.of(
                        Vocabulary.SERVICE, "web",
                        Vocabulary.METHOD, "GET",
                        Vocabulary.ROUTE, "/api/issues/{id}",
                        Vocabulary.STATUS_CODE, status),
                    RESOURCE,
                    now - 5_000_000_000L,
                    now,
                    recorder.drain()))));
  }

  private void gauge(TelemetryStore store, String name, String state) {
    long now = time.epochNanos();
    store.accept(
        Telemetry.metrics(
            List.of(
                new Metric.Gauge(
                    name,
                    "1",
                    Attributes.of(
                        Vocabulary.SERVICE, "web",
                        Vocabulary.INSTANCE, "web-0",
                        Vocabulary.STATE, state),
                    RESOURCE,
                    now,
                    now,
                    1))));
  }

  private static JsonNode get(HttpClient http, Console console, String path) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(console.uri().resolve("api/v1/" + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return new ObjectMapper().readTree(response.body());
  }
}

package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.apm.TelemetryStore;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.testing.FakeTime;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Grafana asks of its data sources, over the wire. */
class PeerApisTest {
  private final FakeTime time = new FakeTime();

  @Test
  void servesPrometheusAndJaeger() throws Exception {
    try (TelemetryStore store = TelemetryStore.inMemory(time);
        Console console =
            Console.start(
                new ConsoleSettings("127.0.0.1", 0), store, TestConsole.app(), Actions.NONE, time);
        HttpClient http = HttpClient.newHttpClient()) {
      time.advance(Duration.ofDays(1));
      long now = time.epochNanos();
      store.accept(
          Telemetry.metrics(
              List.of(
                  new Metric.Gauge(
                      "queue.length",
                      "1",
                      Attributes.of("queue", "mail"),
                      Attributes.empty(),
                      now,
                      now,
                      7))));

      assertThat(get(http, console, "prometheus/api/v1/query?query=queue_length", 200))
          .contains("\"status\":\"success\"");
      assertThat(post(http, console, "query=queue_length%7Bqueue%3D%22mail%22%7D"))
          .contains("\"queue\":\"mail\"", "\"7.0\"");
      assertThat(get(http, console, "prometheus/api/v1/query?query=avg(queue_length)", 422))
          .contains("\"status\":\"error\"", "expected");
      assertThat(get(http, console, "prometheus/api/v1/label/__name__/values", 200))
          .contains("queue_length");
      assertThat(get(http, console, "jaeger/api/services", 200)).contains("\"data\":[]");
      assertThat(get(http, console, "jaeger/api/traces/0123", 404)).contains("trace not found");
    }
  }

  private static String get(HttpClient http, Console console, String path, int status)
      throws Exception {
    return answer(http, HttpRequest.newBuilder(console.uri().resolve(path)).build(), status);
  }

  private static String post(HttpClient http, Console console, String form) throws Exception {
    return answer(
        http,
        HttpRequest.newBuilder(console.uri().resolve("prometheus/api/v1/query"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build(),
        200);
  }

  private static String answer(HttpClient http, HttpRequest request, int status) throws Exception {
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    return answer.body();
  }
}

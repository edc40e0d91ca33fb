package dev.headroom.apm;

import static dev.headroom.apm.TelemetryFixtures.metrics;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusApiTest {
  private final FakeTime time = new FakeTime();
  private final TelemetryFixtures now = new TelemetryFixtures(time);
  private final TelemetryStore store = TelemetryStore.inMemory(time);
  private final PrometheusApi api = new PrometheusApi(store, time);

  /* A minute of 12 cells: per cell two good requests to /a, one failed, one to /b. */
  @BeforeEach
  void fill() {
    time.advance(Duration.ofDays(1));
    for (int i = 0; i < 12; i++) {
      time.advance(Duration.ofSeconds(5));
      store.accept(
          metrics(
              now.requests("web", "GET", "/a", 200, 0.1, 0.1),
              now.requests("web", "GET", "/a", 503, 0.4),
              now.requests("web", "GET", "/b", 200, 0.2),
              now.gauge("queue.length", i, "queue", "mail"),
              now.sum("jobs", 3, "kind", "x")));
    }
  }

  private String result(String query) {
    ApiAnswer answer = api.answer("query", Map.of("query", query));
    assertThat(answer.status()).as(answer.json()).isEqualTo(200);
    return answer.json();
  }

  /* Each series as "labels value", without the time. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sum(rate(http_server_request_duration_seconds_count[1m])) | {} 0.8
          sum by (http_route) (increase(http_server_request_duration_seconds_count[1m])) | {"http_route":"/a"} 36.0 {"http_route":"/b"} 12.0
          sum(increase(http_server_request_duration_seconds_count{http_route="/a"}[1m])) by (http_response_status_code) | {"http_response_status_code":"200"} 24.0 {"http_response_status_code":"503"} 12.0
          sum(increase(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[1m])) | {} 12.0
          sum(increase(http_server_request_duration_seconds_count{http_route!="/a",http_route!~"x.*"}[1m])) | {} 12.0
          queue_length | {"queue":"mail"} 11.0
          queue_length{queue="print"} |
          sum(rate(jobs_total[30s])) | {} 0.6
          unknown_metric |
          (sum(rate(jobs_total{kind='x'}[30s]))) | {} 0.6
          """)
  void answers(String query, String expected) {
    String found =
        result(query)
            .replaceAll(".*\"result\":\\[", "")
            .replaceAll("]}}$", "")
            .replaceAll(
                "\\{\"metric\":(\\{[^}]*}),\"value\":\\[[0-9.E]+,\"([^\"]*)\"]},?", "$1 $2 ")
            .trim();
    assertThat(found).isEqualTo(expected == null ? "" : expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "histogram_quantile(0.5, sum by (le, http_route)"
            + " (rate(http_server_request_duration_seconds_bucket[1m])))",
        "histogram_quantile(0.5, sum by (http_route)"
            + " (rate(http_server_request_duration_seconds[1m])))"
      })
  void quantilesComeFromTheMergedSketches(String query) {
    assertThat(result(query))
        .containsPattern("/a\"},\"value\":\\[[0-9.E]+,\"0\\.(0995|0999|1|100)");
  }

  @Test
  void aRangeHasAValueForEachStep() {
    long end = time.now().getEpochSecond();
    ApiAnswer answer =
        api.answer(
            "query_range",
            Map.of(
                "query",
                "sum(increase(jobs_total[10s]))",
                "start",
                Long.toString(end - 30),
                "end",
                Long.toString(end),
                "step",
                "10"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json()).contains("\"resultType\":\"matrix\"");
    assertThat(answer.json().split("\"6.0\"", -1)).hasSize(5);
  }

  /** Overlapping alternatives kept an engine that goes back busy for ever. */
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aRegularExpressionTakesLinearTime() {
    store.accept(metrics(now.gauge("queue.length", 1, "queue", "a".repeat(60) + "!")));
    assertThat(result("queue_length{queue=~\"(a|aa)+\"}")).contains("\"result\":[]");
    assertThat(result("queue_length{queue=~\"(a|aa)+!\"}")).contains("aaaa!");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jobs_total",
        "rate(queue_length[1m])",
        "rate(jobs_total[1m]) * 2",
        "avg(queue_length)",
        "jobs_total offset 5m",
        "rate(jobs_total)",
        "topk(3, queue_length)",
        "sum by (",
        "rate(jobs_total[0s])",
        "queue_length{a=~\"(x{1000,}){1000}\"}",
        "queue_length{a=~\"(\"}",
        "queue_length{a=5}",
        "",
        "((((((((((((((((((((a))))))))))))))))))))",
      })
  void refusesTheRestWith422(String query) {
    ApiAnswer answer = api.answer("query", Map.of("query", query));
    assertThat(answer.status()).as(answer.json()).isEqualTo(422);
    assertThat(answer.json()).contains("\"status\":\"error\"").contains("expected");
  }

  @Test
  void tooManyPointsAreRefusedAndTimesThatAreNoneAreBadRequests() {
    assertThat(
            api.answer(
                    "query_range",
                    Map.of("query", "queue_length", "start", "0", "end", "999999999", "step", "1"))
                .status())
        .isEqualTo(422);
    assertThat(api.answer("query", Map.of("query", "queue_length", "time", "x")).status())
        .isEqualTo(400);
    assertThat(api.answer("rules", Map.of()).status()).isEqualTo(404);
  }

  @Test
  void tellsNamesAndLabels() {
    assertThat(api.answer("label/__name__/values", Map.of()).json())
        .contains(
            "\"http_server_request_duration_seconds_bucket\"",
            "\"jobs_total\"",
            "\"queue_length\"");
    assertThat(api.answer("labels", Map.of()).json()).contains("\"http_route\"", "\"queue\"");
    assertThat(api.answer("label/http_route/values", Map.of()).json())
        .isEqualTo("{\"status\":\"success\",\"data\":[\"/a\",\"/b\"]}");
  }
}

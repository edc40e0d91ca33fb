package dev.headroom.apm;

import static dev.headroom.apm.TelemetryFixtures.spans;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JaegerApiTest {
  private final FakeTime time = new FakeTime();
  private final TelemetryFixtures now = new TelemetryFixtures(time);
  private final TelemetryStore store = TelemetryStore.inMemory(time);
  private final JaegerApi api = new JaegerApi(store, time);

  @BeforeEach
  void fill() {
    time.advance(Duration.ofDays(1));
    store.accept(
        spans(
            now.server(1, 1, "/a", 200, Duration.ofMillis(10)),
            now.client(1, 2, 1, "SELECT", Duration.ofMillis(5)),
            now.server(2, 1, "/b", 500, Duration.ofMillis(300)),
            now.failed(3, 1, "java.lang.IllegalStateException", "no", "")));
    time.advance(Duration.ofSeconds(1));
    store.flush();
  }

  private String get(String path, Map<String, String> parameters) {
    ApiAnswer answer = api.answer(path, parameters);
    assertThat(answer.status()).as(answer.json()).isEqualTo(200);
    return answer.json();
  }

  @Test
  void aTraceHasSpansReferencesAndProcesses() {
    String trace = get("traces/" + TelemetryFixtures.trace(1), Map.of());
    assertThat(trace)
        .startsWith("{\"data\":[{\"traceID\":\"abcd0000000000000000000000000001\",\"spans\":[")
        .contains(
            "\"operationName\":\"GET /a\"",
            "\"references\":[{\"refType\":\"CHILD_OF\"",
            "\"spanID\":\"0000000000000002\"",
            "\"duration\":10000",
            "{\"key\":\"http.response.status_code\",\"type\":\"int64\",\"value\":200}",
            "{\"key\":\"span.kind\",\"type\":\"string\",\"value\":\"server\"}",
            "\"processes\":{\"p1\":{\"serviceName\":\"api\"");
  }

  @Test
  void exceptionsAreLogsAndErrorsAreTagged() {
    assertThat(get("traces/" + TelemetryFixtures.trace(3), Map.of()))
        .contains(
            "{\"key\":\"error\",\"type\":\"bool\",\"value\":true}",
            "{\"key\":\"event\",\"type\":\"string\",\"value\":\"exception\"}",
            "IllegalStateException");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          service=api                                        | 123
          service=web                                        |
          service=api&operation=GET /a                       | 1
          service=api&operation=all&minDuration=200ms        | 2
          service=api&maxDuration=20ms&tags={"db.system.name":"postgresql"} | 1
          tags={"error":"true"}                              | 23
          tags={"http.response.status_code":"500","span.kind":"server"} | 2
          """)
  void finds(String query, String traces) {
    Map<String, String> parameters = new java.util.HashMap<>();
    for (String pair : query.split("&")) {
      parameters.put(pair.split("=", 2)[0], pair.split("=", 2)[1].trim());
    }
    String found = get("traces", parameters);
    for (int trace = 1; trace <= 3; trace++) {
      String id = "{\"traceID\":\"" + TelemetryFixtures.trace(trace) + "\",\"spans\"";
      boolean expected = traces != null && traces.contains(Integer.toString(trace));
      assertThat(found.contains(id)).as("trace %d", trace).isEqualTo(expected);
    }
  }

  @Test
  void tellsServicesAndOperations() {
    assertThat(get("services", Map.of())).contains("\"data\":[\"api\"]");
    assertThat(get("services/api/operations", Map.of())).contains("[\"GET /a\",\"GET /b\"]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          traces/xyz | 400
          traces/00000000000000000000000000000009 | 404
          dependencies | 404
          """)
  void saysWhatIsWrong(String path, int status) {
    ApiAnswer answer = api.answer(path, Map.of());
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json()).contains("\"errors\":[{\"code\":" + status);
  }

  @Test
  void wrongParametersAreBadRequests() {
    for (Map<String, String> wrong :
        java.util.List.of(
            Map.of("limit", "x"),
            Map.of("tags", "{"),
            Map.of("minDuration", "5"),
            Map.of("minDuration", "5ms or name = x"),
            Map.of("end", "1", "start", "2"))) {
      assertThat(api.answer("traces", wrong).status()).as(wrong.toString()).isEqualTo(400);
    }
  }
}

package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpJsonTest {
  private final OtlpReader reader = new OtlpReader();

  private Telemetry read(OtlpSignal signal, String json) {
    OtlpBatch batch = reader.read(signal, OtlpEncoding.JSON, json.getBytes(StandardCharsets.UTF_8));
    assertThat(batch.rejection()).isEmpty();
    return batch.telemetry();
  }

  /* In the form of the OTLP repository's examples/trace.json: upper-case ids, integers as text. */
  private static final String TRACE =
      """
      {"resourceSpans": [{
        "resource": {"attributes": [
          {"key": "service.name", "value": {"stringValue": "my.service"}}]},
        "scopeSpans": [{
          "scope": {"name": "my.library", "version": "1.0.0", "attributes": []},
          "spans": [{
            "traceId": "5B8EFFF798038103D269B633813FC60C",
            "spanId": "EEE19B7EC3C1B174",
            "parentSpanId": "EEE19B7EC3C1B173",
            "name": "I'm a server span",
            "startTimeUnixNano": "1544712660000000000",
            "endTimeUnixNano": 1544712661000000000,
            "kind": 2,
            "unknownField": {"deep": [1, {"er": null}]},
            "status": {"code": 2, "message": "no"},
            "events": [{"name": "e", "timeUnixNano": "1544712660500000000"}],
            "attributes": [
              {"key": "s", "value": {"stringValue": "some value"}},
              {"key": "i", "value": {"intValue": "-3"}},
              {"key": "n", "value": {"intValue": 4}},
              {"key": "d", "value": {"doubleValue": 2.5}},
              {"key": "nan", "value": {"doubleValue": "NaN"}},
              {"key": "b", "value": {"boolValue": true}},
              {"key": "a", "value": {"arrayValue": {"values": [{"intValue": 1}]}}},
              {"key": "raw", "value": {"bytesValue": "AQI="}}]
          }]}]}]}
      """;

  @Test
  void readsATrace() {
    assertThat(read(OtlpSignal.TRACES, TRACE).spans())
        .containsExactly(
            new Span(
                TraceId.parse("5b8efff798038103d269b633813fc60c"),
                SpanId.parse("eee19b7ec3c1b174"),
                SpanId.parse("eee19b7ec3c1b173"),
                "I'm a server span",
                Span.Kind.SERVER,
                1544712660000000000L,
                1544712661000000000L,
                Span.Status.ERROR,
                "no",
                Attributes.of(
                    "s",
                    "some value",
                    "i",
                    -3L,
                    "n",
                    4L,
                    "d",
                    2.5,
                    "nan",
                    Double.NaN,
                    "b",
                    true,
                    "a",
                    List.of(1L),
                    "raw",
                    "AQI="),
                List.of(new Span.Event("e", 1544712660500000000L, Attributes.empty())),
                Attributes.of("service.name", "my.service"),
                "my.library"));
  }

  @Test
  void readsMetricsOfEveryKind() {
    Telemetry telemetry =
        read(
            OtlpSignal.METRICS,
            """
            {"resourceMetrics": [{"scopeMetrics": [{"metrics": [
              {"name": "g", "unit": "1", "gauge": {"dataPoints": [
                {"asDouble": 10, "timeUnixNano": "20", "attributes": [
                  {"key": "k", "value": {"stringValue": "v"}}]}]}},
              {"name": "s", "sum": {"aggregationTemporality": 1, "isMonotonic": true,
                "dataPoints": [{"asInt": "5", "startTimeUnixNano": "10", "timeUnixNano": "20"}]}},
              {"name": "h", "histogram": {"aggregationTemporality": 1, "dataPoints": [
                {"startTimeUnixNano": "10", "timeUnixNano": "20", "count": 2, "sum": 2,
                 "bucketCounts": ["1", 1], "explicitBounds": [1], "min": 0, "max": 2}]}},
              {"name": "e", "exponentialHistogram": {"aggregationTemporality": 1, "dataPoints": [
                {"startTimeUnixNano": "10", "timeUnixNano": "20", "count": 3, "sum": 10,
                 "scale": 6, "zeroCount": 1, "min": 0, "max": 5, "zeroThreshold": 0,
                 "positive": {"offset": -1, "bucketCounts": [0, 2]}}]}}
            ]}]}]}
            """);
    assertThat(telemetry.metrics()).hasSize(4);
    assertThat(telemetry.metrics().get(0))
        .isEqualTo(
            new Metric.Gauge("g", "1", Attributes.of("k", "v"), Attributes.empty(), 20, 20, 10));
    assertThat(telemetry.metrics().get(1))
        .isEqualTo(new Metric.Sum("s", "", Attributes.empty(), Attributes.empty(), 10, 20, 5));
    assertThat(((Metric.Histogram) telemetry.metrics().get(2)).sketch().count()).isEqualTo(2);
    assertThat(((Metric.Histogram) telemetry.metrics().get(3)).sketch())
        .isEqualTo(LatencySketch.of(new int[] {0}, new long[] {2}, 1, 10, 0, 5));
  }

  @Test
  void readsLogs() {
    assertThat(
            read(
                    OtlpSignal.LOGS,
                    """
                    {"resourceLogs": [{"scopeLogs": [{"logRecords": [
                      {"timeUnixNano": "5", "severityNumber": 17, "eventName": "e",
                       "body": {"stringValue": "text"}, "traceId": "", "spanId": ""}]}]}]}
                    """)
                .logs())
        .containsExactly(
            new LogRecord(
                5,
                17,
                "e",
                "text",
                TraceId.NONE,
                SpanId.NONE,
                Attributes.empty(),
                Attributes.empty()));
  }

  @Test
  void idsInBase64AreUnderstood() {
    String json =
        TRACE
            .replace("5B8EFFF798038103D269B633813FC60C", "W47/95gDgQPSabYzgT/GDA==")
            .replace("EEE19B7EC3C1B174", "7uGbfsPBsXQ=")
            .replace("EEE19B7EC3C1B173", "7uGbfsPBsXM=");
    assertThat(read(OtlpSignal.TRACES, json)).isEqualTo(read(OtlpSignal.TRACES, TRACE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"resourceSpans\": 1}",
        "{\"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [{\"traceId\": \"xyz\"}]}]}]}",
        "{\"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [{\"startTimeUnixNano\":"
            + " \"1e999\"}]}]}]}",
        "{\"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [{\"kind\":"
            + " \"SPAN_KIND_SERVER\"}]}]}]}",
        "{} trailing"
      })
  void refusesWithThePosition(String json) {
    assertThatThrownBy(() -> read(OtlpSignal.TRACES, json))
        .isInstanceOf(OtlpRefusal.class)
        .hasMessageStartingWith("byte ");
  }
}

package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What OpenTelemetry's own exporters send is read as it was meant. */
class OpenTelemetrySdkTest {
  private static final Resource RESOURCE =
      Resource.create(
          io.opentelemetry.api.common.Attributes.of(AttributeKey.stringKey("service.name"), "sdk"));

  private OtlpTestServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new OtlpTestServer();
  }

  @AfterEach
  void stopServer() {
    assertThat(server.rejected()).isZero();
    server.close();
  }

  private String url(OtlpSignal signal) {
    return server.endpoint() + signal.httpPath();
  }

  @Test
  void spans() throws Exception {
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(RESOURCE)
            .addSpanProcessor(
                SimpleSpanProcessor.create(
                    OtlpHttpSpanExporter.builder()
                        .setEndpoint(url(OtlpSignal.TRACES))
                        .setCompression("gzip")
                        .build()))
            .build()) {
      var span =
          provider
              .get("lib")
              .spanBuilder("GET /x")
              .setSpanKind(SpanKind.SERVER)
              .setAttribute("http.response.status_code", 500L)
              .setAttribute(AttributeKey.stringArrayKey("list"), List.of("a", "b"))
              .setAttribute("ratio", 0.25)
              .startSpan();
      span.recordException(new IOException("boom"));
      span.setStatus(StatusCode.ERROR, "failed");
      span.end();
      server.await(s -> !s.received().isEmpty());

      Span read = server.received().getFirst().spans().getFirst();
      assertThat(read.traceId()).hasToString(span.getSpanContext().getTraceId());
      assertThat(read.spanId()).hasToString(span.getSpanContext().getSpanId());
      assertThat(read.name()).isEqualTo("GET /x");
      assertThat(read.kind()).isEqualTo(Span.Kind.SERVER);
      assertThat(read.status()).isEqualTo(Span.Status.ERROR);
      assertThat(read.statusMessage()).isEqualTo("failed");
      assertThat(read.scope()).isEqualTo("lib");
      assertThat(read.resource()).isEqualTo(Attributes.of("service.name", "sdk"));
      assertThat(read.attributes())
          .isEqualTo(
              Attributes.of(
                  "http.response.status_code", 500L, "list", List.of("a", "b"), "ratio", 0.25));
      assertThat(read.events())
          .singleElement()
          .satisfies(
              e ->
                  assertThat(e.attributes().text("exception.type"))
                      .hasValue("java.io.IOException"));
      assertThat(read.durationNanos()).isPositive();
    }
  }

  @Test
  void deltaExponentialHistogramsAndSums() throws Exception {
    try (SdkMeterProvider provider =
        meters(
            AggregationTemporalitySelector.deltaPreferred(),
            Aggregation.base2ExponentialBucketHistogram())) {
      DoubleHistogram histogram =
          provider.get("lib").histogramBuilder("latency").setUnit("s").build();
      LatencySketch.Recorder exact = new LatencySketch.Recorder();
      for (int i = 1; i <= 1_000; i++) {
        histogram.record(i / 1000.0);
        exact.record(i / 1000.0);
      }
      provider.get("lib").counterBuilder("count").build().add(3);
      provider.forceFlush().join(10, TimeUnit.SECONDS);
      server.await(s -> !s.received().isEmpty());

      List<Metric> metrics = server.received().getFirst().metrics();
      Metric.Histogram read = (Metric.Histogram) of(metrics, "latency");
      LatencySketch expected = exact.drain();
      assertThat(read.unit()).isEqualTo("s");
      assertThat(read.sketch().count()).isEqualTo(1_000);
      assertThat(read.sketch().max()).isEqualTo(1.0);
      for (double q : new double[] {0.5, 0.95, 0.99}) {
        // The SDK has halved its scale to keep 160 buckets over three decades.
        assertThat(read.sketch().quantile(q))
            .isCloseTo(expected.quantile(q), Percentage.withPercentage(4));
      }
      assertThat(((Metric.Sum) of(metrics, "count")).value()).isEqualTo(3);
    }
  }

  @Test
  void cumulativeExplicitHistogramsAndUpDownCounters() throws Exception {
    try (SdkMeterProvider provider =
        meters(
            AggregationTemporalitySelector.alwaysCumulative(),
            Aggregation.explicitBucketHistogram())) {
      DoubleHistogram histogram = provider.get("lib").histogramBuilder("latency").build();
      histogram.record(3);
      provider.get("lib").upDownCounterBuilder("level").build().add(-4);
      provider.forceFlush().join(10, TimeUnit.SECONDS);
      server.await(s -> s.received().size() == 1);
      assertThat(server.received().getFirst().metrics())
          .singleElement()
          .satisfies(m -> assertThat(((Metric.Gauge) m).value()).isEqualTo(-4));

      histogram.record(7);
      histogram.record(7);
      provider.forceFlush().join(10, TimeUnit.SECONDS);
      server.await(s -> s.received().size() == 2);
      Metric.Histogram delta =
          (Metric.Histogram) of(server.received().getLast().metrics(), "latency");
      assertThat(delta.sketch().count()).isEqualTo(2);
      assertThat(delta.sketch().sum()).isCloseTo(14, Offset.offset(1e-9));
      assertThat(delta.sketch().quantile(0.5)).isBetween(5.0, 10.0);
    }
  }

  @Test
  void logs() throws Exception {
    try (SdkLoggerProvider provider =
        SdkLoggerProvider.builder()
            .setResource(RESOURCE)
            .addLogRecordProcessor(
                SimpleLogRecordProcessor.create(
                    OtlpHttpLogRecordExporter.builder().setEndpoint(url(OtlpSignal.LOGS)).build()))
            .build()) {
      provider
          .get("lib")
          .logRecordBuilder()
          .setSeverity(Severity.ERROR)
          .setBody("it broke")
          .setAttribute(AttributeKey.stringKey("exception.type"), "X")
          .emit();
      server.await(s -> !s.received().isEmpty());
      LogRecord read = server.received().getFirst().logs().getFirst();
      assertThat(read.body()).isEqualTo("it broke");
      assertThat(read.severity()).isEqualTo(LogRecord.ERROR);
      assertThat(read.attributes()).isEqualTo(Attributes.of("exception.type", "X"));
      assertThat(read.epochNanos()).isPositive();
    }
  }

  private SdkMeterProvider meters(
      AggregationTemporalitySelector temporality, Aggregation histograms) {
    return SdkMeterProvider.builder()
        .setResource(RESOURCE)
        .registerView(
            InstrumentSelector.builder().setName("latency").build(),
            View.builder().setAggregation(histograms).build())
        .registerMetricReader(
            PeriodicMetricReader.builder(
                    OtlpHttpMetricExporter.builder()
                        .setEndpoint(url(OtlpSignal.METRICS))
                        .setAggregationTemporalitySelector(temporality)
                        .build())
                .setInterval(Duration.ofHours(1))
                .build())
        .build();
  }

  private static Metric of(List<Metric> metrics, String name) {
    return metrics.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }
}

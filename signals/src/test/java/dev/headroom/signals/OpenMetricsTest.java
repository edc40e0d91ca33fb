package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenMetricsTest {
  private static final Attributes SERIES = Attributes.of("http.route", "/a\"b", "service", "web");

  private long nanos;
  private final OpenMetrics metrics =
      new OpenMetrics(
          new TimeSource() {
            @Override
            public Instant now() {
              return Instant.EPOCH.plusNanos(nanos);
            }

            @Override
            public long nanoTime() {
              return nanos;
            }
          });

  private void sum(String name, String unit, Attributes series, double value) {
    metrics.accept(
        Telemetry.metrics(
            List.of(new Metric.Sum(name, unit, series, Attributes.empty(), 0, 0, value))));
  }

  private void gauge(String name, Attributes series, double value) {
    metrics.accept(
        Telemetry.metrics(
            List.of(new Metric.Gauge(name, "By", series, Attributes.empty(), 0, 0, value))));
  }

  private void histogram(double... values) {
    LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    for (double value : values) {
      recorder.record(value);
    }
    metrics.accept(
        Telemetry.metrics(
            List.of(
                new Metric.Histogram(
                    "http.duration", "s", SERIES, Attributes.empty(), 0, 0, recorder.drain()))));
  }

  @Test
  void deltas_are_added_up_and_gauges_replaced() {
    sum("cache.requests", "{request}", SERIES, 2);
    sum("cache.requests", "{request}", SERIES, 3);
    gauge("cache.memory", Attributes.empty(), 7);
    gauge("cache.memory", Attributes.empty(), 8.5);

    assertThat(metrics.text())
        .isEqualTo(
            """
            # TYPE cache_memory_bytes gauge
            # UNIT cache_memory_bytes bytes
            cache_memory_bytes 8.5
            # TYPE cache_requests counter
            cache_requests_total{http_route="/a\\"b",service="web"} 5.0
            # TYPE headroom_openmetrics_dropped counter
            headroom_openmetrics_dropped_total 0.0
            # EOF
            """);
  }

  @Test
  void sketches_become_buckets_that_add_up() {
    histogram(0, 0.0004, 0.02, 0.3, 0.3, 60);
    histogram(0.02);

    assertThat(metrics.text())
        .contains("# TYPE http_duration_seconds histogram\n# UNIT http_duration_seconds seconds\n")
        .contains("service=\"web\",le=\"0.001\"} 2\n")
        .contains("le=\"0.01\"} 2\n")
        .contains("le=\"0.025\"} 4\n")
        .contains("le=\"0.25\"} 4\n")
        .contains("le=\"0.5\"} 6\n")
        .contains("le=\"30.0\"} 6\n")
        .contains("le=\"+Inf\"} 7\n")
        .contains("http_duration_seconds_count{http_route=\"/a\\\"b\",service=\"web\"} 7\n")
        .contains("http_duration_seconds_sum");
  }

  @Test
  void silent_series_go_gauges_first() {
    sum("a", "1", Attributes.empty(), 1);
    gauge("b", Attributes.empty(), 1);

    nanos += Duration.ofSeconds(21).toNanos();
    assertThat(metrics.text()).contains("a_total 1.0").doesNotContain("b_bytes");
    nanos += Duration.ofHours(1).toNanos();
    assertThat(metrics.text()).doesNotContain("a_total");
  }

  @Test
  void series_beyond_the_bound_are_counted_and_not_kept() {
    for (int i = 0; i < 10_010; i++) {
      sum("a", "1", Attributes.of("n", Integer.toString(i)), 1);
    }

    assertThat(metrics.text()).contains("headroom_openmetrics_dropped_total 10.0\n");
    assertThat(metrics.text().lines().filter(line -> line.startsWith("a_total"))).hasSize(10_000);
  }
}

package dev.headroom.launcher;

import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.Window;
import dev.headroom.base.TimeSource;
import dev.headroom.operator.ScalingMetric;
import dev.headroom.operator.ScalingMetrics;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The figures of the metrics API, from the store: means and percentiles over half a minute. */
final class StoredScalingMetrics implements ScalingMetrics {
  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final Duration CELL = Duration.ofSeconds(5);

  /** A decision never uses older ones. */
  private static final Duration OLDEST = Duration.ofSeconds(20);

  private final String app;
  private final TelemetryQueries store;
  private final TimeSource time;

  StoredScalingMetrics(String app, TelemetryQueries store, TimeSource time) {
    this.app = app;
    this.store = store;
    this.time = time;
  }

  @Override
  public Optional<Reading> read(
      String namespace, String askedApp, String service, ScalingMetric metric) {
    if (!askedApp.equals(app)) {
      return Optional.empty();
    }
    List<Point> points =
        points(
            service,
            switch (metric) {
              case HEADROOM_IN_FLIGHT -> Vocabulary.IN_FLIGHT;
              case HEADROOM_P95 -> Vocabulary.HTTP_DURATION;
            });
    if (points.isEmpty()) {
      return Optional.empty();
    }
    Instant last = points.getLast().time().plus(CELL);
    Instant measured = last.isAfter(time.now()) ? time.now() : last;
    if (measured.isBefore(time.now().minus(OLDEST))) {
      return Optional.empty();
    }
    return Optional.of(
        new Reading(
            switch (metric) {
              case HEADROOM_IN_FLIGHT ->
                  points.stream().mapToDouble(Point::value).average().orElseThrow();
              case HEADROOM_P95 -> p95(points);
            },
            measured));
  }

  private static double p95(List<Point> points) {
    LatencySketch all = LatencySketch.empty();
    for (Point point : points) {
      all = all.merge(point.sketch());
    }
    return all.quantile(0.95);
  }

  private List<Point> points(String service, String metric) {
    return store
        .series(metric, Window.before(time.now(), WINDOW), CELL, List.of(Vocabulary.SERVICE))
        .stream()
        .filter(
            series -> series.group().text(Vocabulary.SERVICE).filter(service::equals).isPresent())
        .map(MetricSeries::points)
        .findFirst()
        .orElse(List.of());
  }
}

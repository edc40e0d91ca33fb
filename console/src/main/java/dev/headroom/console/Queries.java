package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.QueryStats;
import dev.headroom.apm.Window;
import dev.headroom.signals.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Statements as the router saw them. */
final class Queries {
  private Queries() {}

  /** The statements on which most time was spent. */
  static List<Statement> of(Reads reads, Window window, int limit) {
    return reads.queries().queries(window).stream()
        .limit(limit)
        .map(stats -> Statement.of(stats, window))
        .toList();
  }

  /** One of them over time; empty when it was not seen in the window. */
  static Optional<Detail> detail(Reads reads, Window window, String fingerprint) {
    return reads.queries().queries(window).stream()
        .filter(stats -> stats.fingerprint().equals(fingerprint))
        .findFirst()
        .map(
            stats ->
                new Detail(
                    Statement.of(stats, window), points(reads, Steps.of(window), fingerprint)));
  }

  private static List<Map<String, Object>> points(Reads reads, Steps steps, String fingerprint) {
    Timeline timeline = new Timeline();
    for (MetricSeries series : reads.series(Vocabulary.QUERY_DURATION, steps, Vocabulary.QUERY)) {
      if (series.group().text(Vocabulary.QUERY).orElse("").equals(fingerprint)) {
        timeline
            .add("perSecond", series, p -> p.value() / steps.seconds())
            .add("p50Ms", series, p -> Latency.millis(p.sketch().quantile(0.5)))
            .add("p95Ms", series, p -> Latency.millis(p.sketch().quantile(0.95)))
            .add("p99Ms", series, p -> Latency.millis(p.sketch().quantile(0.99)));
      }
    }
    return timeline.points();
  }

  /** One statement, and how it went. */
  record Detail(Statement statement, List<Map<String, Object>> points) {}

  /** One statement; totals are over the window. */
  record Statement(
      String fingerprint,
      String text,
      long count,
      double perSecond,
      long onReplicas,
      double totalMs,
      Latency latency) {

    private static Statement of(QueryStats stats, Window window) {
      return new Statement(
          stats.fingerprint(),
          stats.text(),
          stats.count(),
          stats.count() / window.seconds(),
          stats.onReplicas(),
          Latency.millis(stats.latency().sum()),
          Latency.of(stats.latency()));
    }
  }
}

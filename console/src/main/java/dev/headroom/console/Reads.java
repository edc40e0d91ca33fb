package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.Window;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The store, read at one moment. */
record Reads(TelemetryQueries queries, Instant now) {
  /** Over which rates and percentiles of now are taken. */
  static final Duration MINUTE = Duration.ofMinutes(1);

  /* State is written every 5 s and is over when it stops; two may be missed. */
  private static final Duration PRESENT = Duration.ofSeconds(16);
  private static final Duration LIVE = Duration.ofSeconds(20);

  /**
   * The last {@code length} that has been measured: up to the newest value of {@code metric} while
   * it is live, so that a rate does not sink by what is still on its way.
   */
  Window recent(String metric, Duration length) {
    Instant newest = queries.newest(metric).orElse(now);
    boolean live = newest.isAfter(now.minus(LIVE)) && !newest.isAfter(now.plus(LIVE));
    return Window.before(live ? newest.plusNanos(1) : now, length);
  }

  /** The last {@code length} that was measured, in steps. */
  Steps steps(String metric, Duration length) {
    return Steps.of(recent(metric, length));
  }

  List<MetricSeries> series(String metric, Steps steps, String... groupBy) {
    return queries.series(metric, steps.window(), steps.step(), List.of(groupBy));
  }

  /** Of each thing that {@code identity} names, its newest state that is not over. */
  Collection<GaugeValue> present(String metric, String... identity) {
    Map<List<Object>, GaugeValue> newest = new LinkedHashMap<>();
    for (GaugeValue value : queries.latest(metric, PRESENT)) {
      newest.merge(
          key(value.attributes(), identity), value, (a, b) -> a.time().isBefore(b.time()) ? b : a);
    }
    return newest.values();
  }

  private static List<Object> key(Attributes attributes, String... identity) {
    return Arrays.stream(identity).<Object>map(name -> attributes.text(name).orElse("")).toList();
  }

  /** The last values of a gauge by one attribute, added up where several series share it. */
  Map<String, Double> values(String metric, String attribute) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (GaugeValue value : queries.latest(metric, PRESENT)) {
      values.merge(value.attributes().text(attribute).orElse(""), value.value(), Double::sum);
    }
    return values;
  }

  /** The sum over all series of a gauge; not a number when it has none. */
  double sum(String metric) {
    List<GaugeValue> values = queries.latest(metric, PRESENT);
    return values.isEmpty() ? Double.NaN : values.stream().mapToDouble(GaugeValue::value).sum();
  }

  /** One merged value per group over the last minute. */
  List<Total> totals(String metric, String... groupBy) {
    Window window = recent(metric, MINUTE);
    return queries.series(metric, window, MINUTE, List.of(groupBy)).stream()
        .map(series -> Total.of(series, window))
        .toList();
  }

  /** A group's value over a window. */
  record Total(Attributes group, double value, double perSecond, LatencySketch sketch) {

    private static Total of(MetricSeries series, Window window) {
      double value = 0;
      LatencySketch sketch = LatencySketch.empty();
      for (TelemetryQueries.Point point : series.points()) {
        value += point.value();
        sketch = sketch.merge(point.sketch());
      }
      return new Total(series.group(), value, value / window.seconds(), sketch);
    }

    String text(String key) {
      return group.text(key).orElse("");
    }
  }
}

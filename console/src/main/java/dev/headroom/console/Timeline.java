package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Several measures put together by time: one object per step, without the keys of what is absent.
 */
final class Timeline {
  private final TreeMap<Long, Map<String, Object>> steps = new TreeMap<>();

  /** Adds the values of a series under a name; where there is one already, to it. */
  Timeline add(String name, MetricSeries series, ToDoubleFunction<Point> value) {
    for (Point point : series.points()) {
      long time = point.time().toEpochMilli();
      steps
          .computeIfAbsent(time, t -> new LinkedHashMap<>(Map.of("time", t)))
          .merge(name, value.applyAsDouble(point), (a, b) -> (Double) a + (Double) b);
    }
    return this;
  }

  Timeline add(String name, List<MetricSeries> series, ToDoubleFunction<Point> value) {
    series.forEach(s -> add(name, s, value));
    return this;
  }

  /** In the order of time. */
  List<Map<String, Object>> points() {
    return List.copyOf(steps.values());
  }
}

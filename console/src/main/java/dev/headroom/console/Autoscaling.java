package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.Window;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the autoscaler wants, what there is, and why. */
record Autoscaling(List<Service> services, List<Decision> decisions) {
  private static final int MOST_DECISIONS = 200;

  static Autoscaling of(Reads reads, Steps steps, Window decisions) {
    Map<String, Map<Long, Double>> desired = new TreeMap<>();
    for (MetricSeries series :
        reads.series(Vocabulary.DESIRED_REPLICAS, steps, Vocabulary.SERVICE)) {
      add(desired, series);
    }
    Map<String, Map<Long, Double>> ready = new TreeMap<>();
    for (MetricSeries series :
        reads.series(Vocabulary.REPLICA, steps, Vocabulary.SERVICE, Vocabulary.STATE)) {
      if (series.group().text(Vocabulary.STATE).orElse("").equals("ready")) {
        add(ready, series);
      }
    }
    List<Service> services =
        desired.entrySet().stream()
            .map(
                e ->
                    new Service(
                        e.getKey(),
                        points(e.getValue()),
                        points(ready.getOrDefault(e.getKey(), Map.of()))))
            .toList();
    return new Autoscaling(
        services,
        reads.queries().events(decisions, Vocabulary.EVENT_SCALE, MOST_DECISIONS).stream()
            .map(Decision::of)
            .toList());
  }

  private static void add(Map<String, Map<Long, Double>> into, MetricSeries series) {
    Map<Long, Double> values =
        into.computeIfAbsent(
            series.group().text(Vocabulary.SERVICE).orElse(""), s -> new TreeMap<>());
    series
        .points()
        .forEach(point -> values.merge(point.time().toEpochMilli(), point.value(), Double::sum));
  }

  private static List<Count> points(Map<Long, Double> values) {
    return values.entrySet().stream().map(e -> new Count(e.getKey(), e.getValue())).toList();
  }

  /** Replicas over time. */
  record Service(String service, List<Count> desired, List<Count> ready) {}

  /** One step of a chart. */
  record Count(long time, double replicas) {}

  /**
   * One change of a number of replicas.
   *
   * @param dataAgeSeconds how old the figures were that it rests on
   */
  record Decision(
      long time,
      String service,
      Optional<String> from,
      Optional<String> to,
      String reason,
      Optional<Double> dataAgeSeconds) {

    private static Decision of(LogRecord event) {
      return new Decision(
          event.epochNanos() / 1_000_000,
          event.attributes().text(Vocabulary.SERVICE).orElse(""),
          event.attributes().text("headroom.from"),
          event.attributes().text("headroom.to"),
          event.attributes().text(Vocabulary.REASON).orElse(event.body()),
          event.attributes().get("headroom.data_age_seconds") instanceof Number age
              ? Optional.of(age.doubleValue())
              : Optional.empty());
    }
  }
}

package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.Window;
import dev.headroom.signals.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What replicas ask for and should, and what the nodes cost. */
record Sizing(
    List<Service> services, Cost cost, List<Map<String, Object>> costs, List<Events.Event> events) {

  private static final List<String> EVENTS =
      List.of(
          Vocabulary.EVENT_RESIZE,
          Vocabulary.EVENT_OOM,
          Vocabulary.EVENT_CONSOLIDATION,
          Vocabulary.EVENT_INTERRUPTION);

  static Sizing of(Reads reads, Steps steps, Window events) {
    Map<String, Map<String, Double>> cpu = bounds(reads, Vocabulary.SIZING_CPU, Vocabulary.BOUND);
    Map<String, Map<String, Double>> memory =
        bounds(reads, Vocabulary.SIZING_MEMORY, Vocabulary.BOUND);
    Map<String, Map<String, Double>> cost = bounds(reads, Vocabulary.SIZING_COST, Vocabulary.WHEN);
    Map<String, Double> confidence = reads.values(Vocabulary.SIZING_CONFIDENCE, Vocabulary.SERVICE);
    Map<String, Map<String, Double>> used = used(reads);
    TreeSet<String> names = new TreeSet<>(cpu.keySet());
    names.addAll(memory.keySet());
    return new Sizing(
        names.stream()
            .map(
                name ->
                    new Service(
                        name,
                        cpu.getOrDefault(name, Map.of()),
                        memory.getOrDefault(name, Map.of()),
                        used.getOrDefault(name, Map.of()),
                        Optional.ofNullable(confidence.get(name)),
                        cost.getOrDefault(name, Map.of())))
            .toList(),
        Cost.of(reads),
        costs(reads, steps),
        Events.named(reads, events, EVENTS, 200));
  }

  private static Map<String, Map<String, Double>> bounds(Reads reads, String metric, String word) {
    Map<String, Map<String, Double>> services = new TreeMap<>();
    for (GaugeValue value : reads.present(metric, Vocabulary.SERVICE, word)) {
      services
          .computeIfAbsent(
              value.attributes().text(Vocabulary.SERVICE).orElse(""), s -> new TreeMap<>())
          .put(value.attributes().text(word).orElse(""), value.value());
    }
    return services;
  }

  /* The replica that uses most, now. */
  private static Map<String, Map<String, Double>> used(Reads reads) {
    Map<String, Map<String, Double>> services = new TreeMap<>();
    Map.of("cpu", Vocabulary.REPLICA_CPU, "memory", Vocabulary.REPLICA_MEMORY)
        .forEach(
            (name, metric) ->
                reads
                    .present(metric, Vocabulary.SERVICE, Vocabulary.INSTANCE)
                    .forEach(
                        value ->
                            services
                                .computeIfAbsent(
                                    value.attributes().text(Vocabulary.SERVICE).orElse(""),
                                    s -> new TreeMap<>())
                                .merge(name, value.value(), Math::max)));
    return services;
  }

  private static List<Map<String, Object>> costs(Reads reads, Steps steps) {
    Timeline timeline = new Timeline();
    for (MetricSeries series :
        reads.series(Vocabulary.NODES_COST, steps, Vocabulary.CAPACITY_TYPE)) {
      boolean spot = series.group().text(Vocabulary.CAPACITY_TYPE).orElse("").equals("spot");
      timeline.add(spot ? "spot" : "onDemand", series, Point::value);
    }
    return timeline
        .add("baseline", reads.series(Vocabulary.NODES_BASELINE_COST, steps), Point::value)
        .points();
  }

  /**
   * One service; of one replica.
   *
   * @param cpu cores by bound: request, target, lower, upper, uncapped
   * @param memory bytes by bound
   * @param used cpu and memory of the replica that uses most
   * @param confidence days of history
   * @param costPerHour USD, all replicas: now and recommended
   */
  record Service(
      String service,
      Map<String, Double> cpu,
      Map<String, Double> memory,
      Map<String, Double> used,
      Optional<Double> confidence,
      Map<String, Double> costPerHour) {}

  /** What all nodes cost per hour in USD, and what a fleet of fixed size would. */
  record Cost(
      Map<String, Double> byCapacityType,
      Optional<Double> baseline,
      Optional<String> baselineFleet,
      boolean simulated) {

    private static Cost of(Reads reads) {
      Optional<GaugeValue> baseline =
          reads.present(Vocabulary.NODES_BASELINE_COST, "host.type").stream().findFirst();
      return new Cost(
          reads.values(Vocabulary.NODES_COST, Vocabulary.CAPACITY_TYPE),
          baseline.map(GaugeValue::value),
          baseline.map(
              b ->
                  b.attributes().number("headroom.nodes").orElse(0)
                      + " × "
                      + b.attributes().text("host.type").orElse("")),
          reads.present(Vocabulary.NODES_COST, Vocabulary.CAPACITY_TYPE).stream()
              .anyMatch(c -> c.attributes().text(Vocabulary.SIMULATED).orElse("").equals("true")));
    }
  }
}

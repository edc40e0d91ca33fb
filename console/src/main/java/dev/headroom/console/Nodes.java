package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Vocabulary;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The machines that replicas are placed on, real or simulated. */
final class Nodes {
  private Nodes() {}

  static List<Node> of(Reads reads) {
    Map<String, Double> cpuAsked = reads.values(Vocabulary.NODE_CPU_REQUESTED, Vocabulary.NODE);
    Map<String, Double> cpu = reads.values(Vocabulary.NODE_CPU_ALLOCATABLE, Vocabulary.NODE);
    Map<String, Double> cpuUsed = reads.values(Vocabulary.NODE_CPU_USED, Vocabulary.NODE);
    Map<String, Double> memoryAsked =
        reads.values(Vocabulary.NODE_MEMORY_REQUESTED, Vocabulary.NODE);
    Map<String, Double> memory = reads.values(Vocabulary.NODE_MEMORY_ALLOCATABLE, Vocabulary.NODE);
    Map<String, Double> memoryUsed = reads.values(Vocabulary.NODE_MEMORY_USED, Vocabulary.NODE);
    return reads.present(Vocabulary.NODE_STATE, Vocabulary.NODE).stream()
        .map(
            state -> {
              Attributes words = state.attributes();
              String name = words.text(Vocabulary.NODE).orElse("");
              return new Node(
                  name,
                  words.text(Vocabulary.STATE).orElse(""),
                  words.text("host.type"),
                  words.text("cloud.availability_zone"),
                  words.text(Vocabulary.CAPACITY_TYPE),
                  price(words),
                  words.text(Vocabulary.SIMULATED).orElse("").equals("true"),
                  Optional.ofNullable(cpuAsked.get(name)),
                  Optional.ofNullable(cpu.get(name)),
                  Optional.ofNullable(cpuUsed.get(name)),
                  Optional.ofNullable(memoryAsked.get(name)),
                  Optional.ofNullable(memory.get(name)),
                  Optional.ofNullable(memoryUsed.get(name)));
            })
        .sorted(Comparator.comparingInt((Node n) -> n.name().length()).thenComparing(Node::name))
        .toList();
  }

  /** All nodes together over time: how many, what they hold, what they cost. */
  static List<Map<String, Object>> series(Reads reads, Steps steps) {
    Timeline timeline = new Timeline();
    for (MetricSeries series : reads.series(Vocabulary.NODE_STATE, steps, Vocabulary.PRICE)) {
      timeline.add("nodes", series, Point::value);
      if (series.group().get(Vocabulary.PRICE) instanceof Number price) {
        timeline.add("costPerHour", series, point -> point.value() * price.doubleValue());
      }
    }
    return timeline
        .add("cpuRequested", reads.series(Vocabulary.NODE_CPU_REQUESTED, steps), Point::value)
        .add("cpuAllocatable", reads.series(Vocabulary.NODE_CPU_ALLOCATABLE, steps), Point::value)
        .add("cpuUsed", reads.series(Vocabulary.NODE_CPU_USED, steps), Point::value)
        .add("memoryRequested", reads.series(Vocabulary.NODE_MEMORY_REQUESTED, steps), Point::value)
        .add(
            "memoryAllocatable",
            reads.series(Vocabulary.NODE_MEMORY_ALLOCATABLE, steps),
            Point::value)
        .add("memoryUsed", reads.series(Vocabulary.NODE_MEMORY_USED, steps), Point::value)
        .points();
  }

  private static Optional<Double> price(Attributes words) {
    return words.get(Vocabulary.PRICE) instanceof Number price
        ? Optional.of(price.doubleValue())
        : Optional.empty();
  }

  /**
   * One machine.
   *
   * @param pricePerHour USD, on-demand list price
   */
  record Node(
      String name,
      String state,
      Optional<String> type,
      Optional<String> zone,
      Optional<String> capacityType,
      Optional<Double> pricePerHour,
      boolean simulated,
      Optional<Double> cpuRequested,
      Optional<Double> cpuAllocatable,
      Optional<Double> cpuUsed,
      Optional<Double> memoryRequested,
      Optional<Double> memoryAllocatable,
      Optional<Double> memoryUsed) {}
}

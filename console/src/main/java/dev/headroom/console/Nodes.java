package dev.headroom.console;

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
                  words.text("headroom.capacity_type"),
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

  private static Optional<Double> price(Attributes words) {
    return words.get("headroom.price") instanceof Number price
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

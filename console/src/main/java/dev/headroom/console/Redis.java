package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Vocabulary;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The Redis Cluster. */
record Redis(List<Node> nodes) {
  private static final String NODE = "headroom.redis.node";

  static Redis of(Reads reads) {
    Map<String, Double> hits = perSecond(reads, Vocabulary.REDIS_HITS);
    Map<String, Double> misses = perSecond(reads, Vocabulary.REDIS_MISSES);
    Map<String, Double> keys = reads.values(Vocabulary.REDIS_KEYS, NODE);
    Map<String, Double> memory = reads.values(Vocabulary.REDIS_MEMORY, NODE);
    Map<String, Double> limits = reads.values(Vocabulary.REDIS_MEMORY_LIMIT, NODE);
    return new Redis(
        reads.present(Vocabulary.REDIS_NODE, NODE).stream()
            .map(
                state -> {
                  Attributes words = state.attributes();
                  String name = words.text(NODE).orElse("");
                  return new Node(
                      name,
                      words.text(Vocabulary.ROLE).orElse(""),
                      words.text(Vocabulary.STATE).orElse(""),
                      words.text("headroom.redis.slots"),
                      words.text("headroom.redis.master"),
                      Optional.ofNullable(hits.get(name)),
                      Optional.ofNullable(misses.get(name)),
                      Optional.ofNullable(keys.get(name)),
                      Optional.ofNullable(memory.get(name)),
                      Optional.ofNullable(limits.get(name)));
                })
            .sorted(
                Comparator.comparing((Node n) -> !n.role().equals("master"))
                    .thenComparing(Node::name))
            .toList());
  }

  /** Each server over time. */
  static List<NodeSeries> series(Reads reads, Steps steps) {
    Map<String, Timeline> nodes = new TreeMap<>();
    add(
        nodes,
        "hitsPerSecond",
        reads.series(Vocabulary.REDIS_HITS, steps, NODE),
        p -> p.value() / steps.seconds());
    add(
        nodes,
        "missesPerSecond",
        reads.series(Vocabulary.REDIS_MISSES, steps, NODE),
        p -> p.value() / steps.seconds());
    add(nodes, "keys", reads.series(Vocabulary.REDIS_KEYS, steps, NODE), Point::value);
    add(nodes, "memoryBytes", reads.series(Vocabulary.REDIS_MEMORY, steps, NODE), Point::value);
    return nodes.entrySet().stream()
        .map(e -> new NodeSeries(e.getKey(), e.getValue().points()))
        .toList();
  }

  private static void add(
      Map<String, Timeline> nodes,
      String name,
      List<MetricSeries> all,
      ToDoubleFunction<Point> value) {
    for (MetricSeries series : all) {
      nodes
          .computeIfAbsent(series.group().text(NODE).orElse(""), n -> new Timeline())
          .add(name, series, value);
    }
  }

  private static Map<String, Double> perSecond(Reads reads, String metric) {
    Map<String, Double> rates = new HashMap<>();
    reads.totals(metric, NODE).forEach(t -> rates.put(t.text(NODE), t.perSecond()));
    return rates;
  }

  /** One server over time. */
  record NodeSeries(String node, List<Map<String, Object>> points) {}

  /** One server of it; a {@code memoryLimit} of 0 is none. */
  record Node(
      String name,
      String role,
      String state,
      Optional<String> slots,
      Optional<String> master,
      Optional<Double> hitsPerSecond,
      Optional<Double> missesPerSecond,
      Optional<Double> keys,
      Optional<Double> memoryBytes,
      Optional<Double> memoryLimit) {}
}

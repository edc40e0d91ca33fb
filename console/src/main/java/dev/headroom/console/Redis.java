package dev.headroom.console;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.Vocabulary;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Redis Cluster. */
record Redis(List<Node> nodes) {
  private static final String NODE = "headroom.redis.node";

  static Redis of(Reads reads) {
    Map<String, Double> hits = perSecond(reads, Vocabulary.REDIS_HITS);
    Map<String, Double> misses = perSecond(reads, Vocabulary.REDIS_MISSES);
    Map<String, Double> keys = reads.values(Vocabulary.REDIS_KEYS, NODE);
    Map<String, Double> memory = reads.values(Vocabulary.REDIS_MEMORY, NODE);
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
                      Optional.ofNullable(memory.get(name)));
                })
            .sorted(
                Comparator.comparing((Node n) -> !n.role().equals("master"))
                    .thenComparing(Node::name))
            .toList());
  }

  private static Map<String, Double> perSecond(Reads reads, String metric) {
    Map<String, Double> rates = new HashMap<>();
    reads.totals(metric, NODE).forEach(t -> rates.put(t.text(NODE), t.perSecond()));
    return rates;
  }

  /** One server of it. */
  record Node(
      String name,
      String role,
      String state,
      Optional<String> slots,
      Optional<String> master,
      Optional<Double> hitsPerSecond,
      Optional<Double> missesPerSecond,
      Optional<Double> keys,
      Optional<Double> memoryBytes) {}
}

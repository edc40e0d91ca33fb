package dev.headroom.shards;

import dev.headroom.base.UserError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which nodes, and how they are looked after.
 *
 * @param nodes running; of empty ones, the first become the masters
 * @param password of all of them
 * @param formWithin how long making the cluster may take
 * @param watchEvery time between two looks
 */
public record ClusterSettings(
    List<NodeAddress> nodes,
    int replicasPerShard,
    Optional<String> password,
    Duration formWithin,
    Duration watchEvery) {

  public ClusterSettings {
    nodes = List.copyOf(nodes);
    if (Set.copyOf(nodes).size() != nodes.size()) {
      throw UserError.usage("Redis nodes: " + nodes + " (expected: each once)");
    }
    int shards = nodes.size() / (1 + replicasPerShard);
    if (shards < 1 || nodes.size() % (1 + replicasPerShard) != 0) {
      throw UserError.usage(
          "Redis nodes: %d (expected: a multiple of %d, one master and %d replicas per shard)"
              .formatted(nodes.size(), 1 + replicasPerShard, replicasPerShard));
    }
  }

  /** Without password, at most 30 s to form, a look every 2 s. */
  public static ClusterSettings of(List<NodeAddress> nodes, int replicasPerShard) {
    return new ClusterSettings(
        nodes, replicasPerShard, Optional.empty(), Duration.ofSeconds(30), Duration.ofSeconds(2));
  }

  public ClusterSettings withPassword(String value) {
    return new ClusterSettings(nodes, replicasPerShard, Optional.of(value), formWithin, watchEvery);
  }

  public ClusterSettings withFormWithin(Duration value) {
    return new ClusterSettings(nodes, replicasPerShard, password, value, watchEvery);
  }

  @Override
  public String toString() {
    return "ClusterSettings[nodes=" + nodes + ", replicasPerShard=" + replicasPerShard + "]";
  }
}

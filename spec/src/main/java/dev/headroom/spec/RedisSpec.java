package dev.headroom.spec;

import java.util.List;

/** Redis Cluster: run here with so many shards, or where someone else runs it. */
public record RedisSpec(
    @Setting(value = "Masters to run; 0 runs no Redis.", def = "3", min = 0, max = 100) int shards,
    @Setting(value = "Replicas of each master.", def = "1", min = 0, max = 5) int replicasPerShard,
    @Setting("URLs of nodes that someone else runs.") List<Value> nodes) {

  public RedisSpec {
    nodes = List.copyOf(nodes);
  }
}

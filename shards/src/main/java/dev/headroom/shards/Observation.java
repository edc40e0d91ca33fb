package dev.headroom.shards;

import java.util.Optional;

/**
 * What one node answered just now.
 *
 * @param answer empty when it did not
 * @param trouble why it did not
 */
record Observation(NodeAddress address, Optional<Answer> answer, String trouble) {

  /** Its view of the cluster, and of itself. */
  record Answer(ClusterTable table, ServerInfo info) {
    ClusterNode self() {
      return table.self();
    }
  }

  static Observation of(NodeAddress address, ClusterTable table, ServerInfo info) {
    return new Observation(address, Optional.of(new Answer(table, info)), "");
  }

  static Observation silent(NodeAddress address, String trouble) {
    return new Observation(address, Optional.empty(), trouble);
  }

  boolean isSilent() {
    return answer.isEmpty();
  }
}

package dev.headroom.shards;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** All nodes as one of them sees them: the answer to {@code CLUSTER NODES}. */
record ClusterTable(List<ClusterNode> nodes) {

  ClusterTable {
    nodes = List.copyOf(nodes);
  }

  static ClusterTable parse(String answer) {
    return new ClusterTable(
        answer.lines().filter(line -> !line.isBlank()).map(ClusterNode::parse).toList());
  }

  /** The node that was asked. */
  ClusterNode self() {
    return nodes.stream()
        .filter(ClusterNode::isSelf)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("CLUSTER NODES without myself: " + nodes));
  }

  Optional<ClusterNode> byId(String id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
  }

  /** The member at {@code address}, one that is not gone if there is a choice. */
  Optional<ClusterNode> byAddress(NodeAddress address) {
    return nodes.stream()
        .filter(node -> node.address().equals(address) && !node.isShakingHands())
        .min(Comparator.comparing(ClusterNode::isFailed));
  }

  boolean isAlone() {
    return nodes.size() == 1;
  }
}

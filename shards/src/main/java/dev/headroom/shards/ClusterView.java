package dev.headroom.shards;

import dev.headroom.base.Health;
import dev.headroom.shards.Observation.Answer;
import dev.headroom.shards.RedisNode.Role;
import dev.headroom.shards.RedisNode.State;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The cluster at one moment, from what its nodes said; a silent node is what others say it is. */
record ClusterView(List<RedisNode> nodes, BitSet unserved) {

  ClusterView {
    nodes = List.copyOf(nodes);
  }

  static ClusterView of(List<Observation> observations) {
    List<RedisNode> nodes = new ArrayList<>();
    BitSet unserved = new BitSet(SlotRange.ALL);
    unserved.set(0, SlotRange.ALL);
    for (Observation observation : observations) {
      RedisNode node = node(observation, observations);
      nodes.add(node);
      if (node.role() == Role.MASTER && node.state() == State.UP) {
        BitSet served = new BitSet(SlotRange.ALL);
        SlotRange.addTo(served, node.slots());
        unserved.andNot(served);
      }
    }
    return new ClusterView(nodes, unserved);
  }

  private static RedisNode node(Observation observation, List<Observation> all) {
    NodeAddress address = observation.address();
    if (observation.answer().isPresent()) {
      Answer answer = observation.answer().get();
      ServerInfo info = answer.info();
      String trouble =
          info.isLoading()
              ? "reads its data"
              : info.isLinkedToMaster() ? "" : "does not hear its master";
      return node(
          address,
          answer.self(),
          answer.table(),
          trouble.isEmpty() ? State.UP : State.SYNCING,
          trouble);
    }
    Optional<Answer> witness = witness(address, all);
    return witness
        .flatMap(
            answer ->
                answer
                    .table()
                    .byAddress(address)
                    .map(
                        node ->
                            node(address, node, answer.table(), State.DOWN, observation.trouble())))
        .orElseGet(
            () ->
                new RedisNode(
                    address,
                    Role.REPLICA,
                    State.DOWN,
                    List.of(),
                    Optional.empty(),
                    observation.trouble()));
  }

  /* Who knows the silent node, and of those who has seen the latest change. */
  private static Optional<Answer> witness(NodeAddress address, List<Observation> all) {
    return all.stream()
        .flatMap(observation -> observation.answer().stream())
        .filter(answer -> answer.table().byAddress(address).isPresent())
        .max(
            Comparator.comparingLong(
                answer ->
                    answer.table().nodes().stream()
                        .mapToLong(ClusterNode::configEpoch)
                        .max()
                        .orElse(0)));
  }

  private static RedisNode node(
      NodeAddress address, ClusterNode node, ClusterTable table, State state, String trouble) {
    return new RedisNode(
        address,
        node.isMaster() ? Role.MASTER : Role.REPLICA,
        state,
        node.slots(),
        node.master().flatMap(table::byId).map(ClusterNode::address),
        trouble);
  }

  Optional<RedisNode> at(NodeAddress address) {
    return nodes.stream().filter(node -> node.address().equals(address)).findFirst();
  }

  Health health() {
    if (!unserved.isEmpty()) {
      return Health.down(
          "slots %s are served by nobody%s"
              .formatted(SlotRange.inWords(SlotRange.of(unserved)), troubles()));
    }
    return nodes.stream().allMatch(node -> node.state() == State.UP)
        ? Health.up()
        : Health.degraded("not every node is up" + troubles());
  }

  private String troubles() {
    StringBuilder text = new StringBuilder();
    nodes.stream()
        .filter(node -> node.state() != State.UP)
        .forEach(
            node ->
                text.append(text.isEmpty() ? ": " : "; ")
                    .append(node.address())
                    .append(' ')
                    .append(node.state().word())
                    .append(" (")
                    .append(node.trouble())
                    .append(')'));
    return text.toString();
  }
}

package dev.headroom.shards;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A node as another one, or itself, describes it: a line of {@code CLUSTER NODES}
 * (https://redis.io/docs/latest/commands/cluster-nodes/).
 *
 * @param address the host is empty while the node does not know its own
 * @param master id of the master of a replica
 */
record ClusterNode(
    String id,
    NodeAddress address,
    Set<String> flags,
    Optional<String> master,
    long configEpoch,
    boolean linked,
    List<SlotRange> slots) {

  ClusterNode {
    flags = Set.copyOf(flags);
    slots = List.copyOf(slots);
  }

  static ClusterNode parse(String line) {
    String[] field = line.split(" ");
    if (field.length < 8) {
      throw new IllegalArgumentException(
          "line of CLUSTER NODES: " + line + " (expected: at least 8 fields)");
    }
    List<SlotRange> slots = new ArrayList<>();
    for (int i = 8; i < field.length; i++) {
      // [slot->-id] and [slot-<-id] tell of a slot on its way; it still belongs where it was.
      if (!field[i].startsWith("[")) {
        slots.add(slots(field[i]));
      }
    }
    return new ClusterNode(
        field[0],
        address(field[1]),
        Set.of(field[2].split(",")),
        field[3].equals("-") ? Optional.empty() : Optional.of(field[3]),
        Long.parseLong(field[6]),
        field[7].equals("connected"),
        slots);
  }

  /* ip:port@busPort, and from Redis 7 on ,hostname and more after that. */
  private static NodeAddress address(String text) {
    int at = text.indexOf('@');
    String hostAndPort = at < 0 ? text : text.substring(0, at);
    int colon = hostAndPort.lastIndexOf(':');
    return new NodeAddress(
        hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
  }

  private static SlotRange slots(String text) {
    int dash = text.indexOf('-');
    return dash < 0
        ? new SlotRange(Integer.parseInt(text), Integer.parseInt(text))
        : new SlotRange(
            Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
  }

  boolean isSelf() {
    return flags.contains("myself");
  }

  boolean isMaster() {
    return flags.contains("master");
  }

  boolean isOwner() {
    return isMaster() && !slots.isEmpty();
  }

  /** The cluster agrees that it is gone. */
  boolean isFailed() {
    return flags.contains("fail");
  }

  /** Not a member yet. */
  boolean isShakingHands() {
    return flags.contains("handshake");
  }
}

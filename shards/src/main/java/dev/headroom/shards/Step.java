package dev.headroom.shards;

import java.util.List;

/** One command on the way from nodes to a cluster. */
sealed interface Step {
  /** The node that is told. */
  NodeAddress at();

  /** So that no two masters start with the same epoch, which they would have to fight over. */
  record SetConfigEpoch(NodeAddress at, long epoch) implements Step {}

  /** Serve these slots. */
  record AddSlots(NodeAddress at, List<SlotRange> slots) implements Step {}

  /** Get to know {@code other}; from there on, gossip does the rest. */
  record Meet(NodeAddress at, NodeAddress other) implements Step {}

  /** Follow the master of this id. */
  record Replicate(NodeAddress at, String master) implements Step {}

  /** Strike this id, whose node is gone for good, from your table. */
  record Forget(NodeAddress at, String id) implements Step {}
}

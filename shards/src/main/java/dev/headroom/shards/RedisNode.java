package dev.headroom.shards;

import java.util.List;
import java.util.Optional;

/**
 * A node as it was last seen.
 *
 * @param slots of a master
 * @param master of a replica
 * @param trouble why it is not {@link State#UP}; empty when it is
 */
public record RedisNode(
    NodeAddress address,
    Role role,
    State state,
    List<SlotRange> slots,
    Optional<NodeAddress> master,
    String trouble) {

  /** What it is to its shard. */
  public enum Role {
    MASTER,
    REPLICA;

    /** As in telemetry. */
    public String word() {
      return this == MASTER ? "master" : "replica";
    }
  }

  /** How it is. */
  public enum State {
    UP,
    /** It answers, but reads its data or does not hear its master. */
    SYNCING,
    DOWN;

    /** As in telemetry. */
    public String word() {
      return switch (this) {
        case UP -> "up";
        case SYNCING -> "syncing";
        case DOWN -> "down";
      };
    }
  }

  String inWords() {
    return switch (role) {
      case MASTER ->
          slots.isEmpty() ? "master without slots" : "master of " + SlotRange.inWords(slots);
      case REPLICA -> "replica of " + master.map(NodeAddress::toString).orElse("an unknown master");
    };
  }
}

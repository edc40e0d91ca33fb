package dev.headroom.autoscaler;

/** Where a replica went. */
public sealed interface Placement {
  /** On this node. */
  record Placed(String node) implements Placement {}

  /** Nowhere; {@code reason} says why, and what would help. */
  record Unplaceable(String reason) implements Placement {}
}

package dev.headroom.autoscaler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An under-used node that is given back, and what its replicas move to. Karpenter's single-node
 * consolidation ({@code disruption/singlenodeconsolidation.go}): a node may go when its replicas
 * fit on the others, or on the others and one node that costs less than it does.
 *
 * @param replacement to be rented first; empty when the others have the room
 * @param saving USD per hour
 */
record Consolidation(VirtualNode node, Optional<Offer> replacement, double saving, String reason) {

  /** Karpenter's default budget: so many of the nodes, rounded up, are disrupted at a time. */
  private static final double BUDGET = 0.1;

  /**
   * The node whose loss saves most per replica that has to move. Empty when none may go: those that
   * are left keep {@code nodes.min} and outlive a zone. As in Karpenter, spot capacity is not
   * replaced by other spot capacity: the cheapest is what is taken away next.
   *
   * @param quiet of which nothing came or went for a while
   */
  static Optional<Consolidation> decide(
      List<VirtualNode> nodes, Predicate<VirtualNode> quiet, NodePlanner planner, Renting renting) {
    List<VirtualNode> ready = nodes.stream().filter(VirtualNode::isReady).toList();
    int disrupted = nodes.size() - ready.size();
    if (disrupted >= Math.ceil(nodes.size() * BUDGET)) {
      return Optional.empty();
    }
    return ready.stream()
        .filter(node -> !node.isEmpty())
        .filter(quiet)
        .sorted(
            Comparator.comparingDouble(
                    (VirtualNode node) -> node.pricePerHour() / (1 + node.replicas().size()))
                .reversed())
        .flatMap(node -> of(node, ready, planner, renting).stream())
        .findFirst();
  }

  /** What a new node would be, given those there are. */
  @FunctionalInterface
  interface Renting {
    Offer offer(InstanceType atLeast, List<VirtualNode> nodes);
  }

  private static Optional<Consolidation> of(
      VirtualNode node, List<VirtualNode> ready, NodePlanner planner, Renting renting) {
    List<VirtualNode> rest = new ArrayList<>(ready);
    rest.remove(node);
    List<ReplicaRequest> homeless = move(node.replicas(), rest);
    if (homeless.isEmpty() && rest.size() >= planner.min() && planner.outlivesAZone(rest)) {
      return Optional.of(
          new Consolidation(
              node,
              Optional.empty(),
              node.pricePerHour(),
              "its %d replicas fit on the other %d nodes"
                  .formatted(node.replicas().size(), rest.size())));
    }
    if (node.capacity() == Capacity.SPOT) {
      return Optional.empty();
    }
    Offer offer = renting.offer(planner.standard(), rest);
    VirtualNode fresh = VirtualNode.of("new", offer);
    for (ReplicaRequest replica : homeless) {
      if (!fresh.fits(replica)) {
        return Optional.empty();
      }
      fresh = fresh.with(replica);
    }
    rest.add(fresh);
    double saving = node.pricePerHour() - offer.pricePerHour();
    if (saving <= 0 || rest.size() < planner.min() || !planner.outlivesAZone(rest)) {
      return Optional.empty();
    }
    return Optional.of(
        new Consolidation(
            node,
            Optional.of(offer),
            saving,
            "its %d replicas fit on a %s and the other nodes"
                .formatted(node.replicas().size(), offer.inWords())));
  }

  /* Places them on the nodes of the list, which it changes; the replicas without room are left. */
  private static List<ReplicaRequest> move(List<ReplicaRequest> replicas, List<VirtualNode> nodes) {
    List<ReplicaRequest> homeless = new ArrayList<>();
    for (ReplicaRequest replica : replicas.stream().sorted(ReplicaRequest.LARGEST_FIRST).toList()) {
      NodePlanner.spread(nodes, replica)
          .ifPresentOrElse(
              room -> nodes.set(nodes.indexOf(room), room.with(replica)),
              () -> homeless.add(replica));
    }
    return homeless;
  }
}

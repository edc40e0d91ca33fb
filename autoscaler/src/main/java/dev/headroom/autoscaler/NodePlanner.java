package dev.headroom.autoscaler;

import dev.headroom.spec.NodesSpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which nodes a document wants.
 *
 * <p>The rules, in the order in which they count:
 *
 * <ol>
 *   <li>A replica is placed only where CPU, memory and the number of pods allow it, and there are
 *       never more than {@code nodes.max} nodes.
 *   <li>The standard node is of the cheapest type on which the document's peak, every service at
 *       {@code replicas.max}, fits within {@code nodes.max} nodes. Small nodes lose least when one
 *       is lost, and can be given back one by one. What does not fit a standard node gets the
 *       cheapest type that it fits.
 *   <li>At most {@code nodes.spot} of the nodes are spot capacity.
 *   <li>There are never fewer than {@code nodes.min} nodes, spread evenly over three zones, and
 *       replicas of a service are spread over zones and nodes.
 *   <li>Who asks for at least one node per zone ({@code nodes.min} of 3 or more) gets an
 *       application that outlives a zone: the nodes of any two zones have room for the replicas of
 *       the third, as far as {@code nodes.max} allows.
 * </ol>
 */
final class NodePlanner {
  static final List<String> ZONES = List.of("us-east-1a", "us-east-1b", "us-east-1c");

  private final NodesSpec spec;
  private final List<InstanceType> byPrice;
  private final InstanceType standard;
  private final FixedFleet fixed;

  private NodePlanner(
      NodesSpec spec, List<InstanceType> byPrice, InstanceType standard, FixedFleet fixed) {
    this.spec = spec;
    this.byPrice = byPrice;
    this.standard = standard;
    this.fixed = fixed;
  }

  static NodePlanner of(ScaledApp app, InstanceTypes catalogue) {
    NodesSpec nodes = app.nodes();
    List<InstanceType> byPrice = catalogue.inFamilies(nodes.families());
    List<ReplicaRequest> peak = peak(app);
    InstanceType standard =
        byPrice.stream()
            .filter(type -> peakFits(type, peak, nodes))
            .findFirst()
            .orElseGet(() -> byPrice.get(byPrice.size() - 1));
    int count = (int) Math.min(nodes.max(), nodesForPeak(standard, peak, nodes));
    return new NodePlanner(nodes, byPrice, standard, new FixedFleet(standard, count));
  }

  private static List<ReplicaRequest> peak(ScaledApp app) {
    List<ReplicaRequest> peak = new ArrayList<>();
    app.services()
        .forEach(
            (service, spec) -> {
              for (int i = 1; i <= replicasToPlace(spec); i++) {
                peak.add(
                    new ReplicaRequest(
                        service + "-" + i,
                        service,
                        spec.resources().cpu(),
                        spec.resources().memory()));
              }
            });
    return peak;
  }

  private static int replicasToPlace(ServiceSpec spec) {
    return spec.endpoints().isEmpty() ? spec.replicas().max() : 0;
  }

  private static boolean peakFits(InstanceType type, List<ReplicaRequest> peak, NodesSpec spec) {
    return nodesForPeak(type, peak, spec) <= spec.max();
  }

  private static long nodesForPeak(InstanceType type, List<ReplicaRequest> peak, NodesSpec spec) {
    int nodes = FirstFitDecreasing.nodesNeeded(type, peak);
    // Two zones of three have to hold all of it.
    long needed = spec.min() >= ZONES.size() ? (nodes * 3L + 1) / 2 : nodes;
    return Math.max(needed, spec.min());
  }

  /**
   * The fleet that one would rent who cannot grow and shrink it: standard nodes on demand, as many
   * as the peak needs under the same rules.
   */
  FixedFleet fixedFleet() {
    return fixed;
  }

  /** So many nodes of one type, on demand. */
  record FixedFleet(InstanceType type, int nodes) {
    double costPerHour() {
      return nodes * type.pricePerHour();
    }
  }

  int min() {
    return spec.min();
  }

  int max() {
    return spec.max();
  }

  InstanceType standard() {
    return standard;
  }

  /** What a new node for {@code replica} should be; empty when it fits none of the families. */
  Optional<InstanceType> typeFor(ReplicaRequest replica) {
    if (fits(standard, replica)) {
      return Optional.of(standard);
    }
    return byPrice.stream().filter(type -> fits(type, replica)).findFirst();
  }

  private static boolean fits(InstanceType type, ReplicaRequest replica) {
    return VirtualNode.onDemand("new", type, ZONES.get(0)).fits(replica);
  }

  List<String> families() {
    return spec.families();
  }

  /**
   * What the next node should be, with at least the room of {@code atLeast}: spot capacity as far
   * as {@code nodes.spot} allows and there is some, the cheapest type of it; else on demand.
   */
  Offer offer(InstanceType atLeast, List<VirtualNode> nodes, SpotMarket market, Instant now) {
    List<VirtualNode> ready = nodes.stream().filter(VirtualNode::isReady).toList();
    if (count(ready, Capacity.SPOT) + 1 <= spec.spot().fraction() * (ready.size() + 1)) {
      String zone = emptiestZone(ready, Capacity.SPOT);
      Optional<InstanceType> cheapest =
          byPrice.stream()
              .filter(type -> type.hasRoomOf(atLeast) && market.offers(type, zone, now))
              .min(Comparator.comparingDouble(type -> SpotMarket.price(type, zone)));
      if (cheapest.isPresent()) {
        return new Offer(
            cheapest.get(), zone, Capacity.SPOT, SpotMarket.price(cheapest.get(), zone));
      }
    }
    return Offer.onDemand(atLeast, emptiestZone(ready, Capacity.ON_DEMAND));
  }

  private static long count(List<VirtualNode> nodes, Capacity capacity) {
    return nodes.stream().filter(node -> node.capacity() == capacity).count();
  }

  /* The zone with the fewest nodes; of several, the one with the fewest of that capacity, so that
   * not all of a zone's nodes are of the kind that is taken away. */
  private static String emptiestZone(List<VirtualNode> nodes, Capacity capacity) {
    return ZONES.stream()
        .min(
            Comparator.<String>comparingLong(zone -> in(zone, nodes).size())
                .thenComparingLong(zone -> count(in(zone, nodes), capacity)))
        .orElseThrow();
  }

  private static List<VirtualNode> in(String zone, List<VirtualNode> nodes) {
    return nodes.stream().filter(node -> node.zone().equals(zone)).toList();
  }

  /**
   * The node for {@code replica} among those with room: in the zone, then on the node, with the
   * fewest replicas of its service, else the first.
   */
  static Optional<VirtualNode> spread(List<VirtualNode> nodes, ReplicaRequest replica) {
    Map<String, Integer> inZone = new HashMap<>();
    nodes.forEach(
        node -> inZone.merge(node.zone(), node.replicasOf(replica.service()), Integer::sum));
    return nodes.stream()
        .filter(node -> node.takes(replica))
        .min(
            Comparator.<VirtualNode>comparingInt(node -> inZone.getOrDefault(node.zone(), 0))
                .thenComparingInt(node -> node.replicasOf(replica.service())));
  }

  /**
   * Would any two zones have room for the replicas of the third? Always so for a document that asks
   * for fewer nodes than there are zones, since that has nothing to do with zones. Nodes that are
   * going away do not count.
   */
  boolean outlivesAZone(List<VirtualNode> nodes) {
    if (spec.min() < ZONES.size()) {
      return true;
    }
    List<VirtualNode> ready = nodes.stream().filter(VirtualNode::isReady).toList();
    return ZONES.stream().allMatch(zone -> hasRoomWithout(zone, ready));
  }

  private static boolean hasRoomWithout(String zone, List<VirtualNode> nodes) {
    List<VirtualNode> rest = new ArrayList<>();
    List<ReplicaRequest> homeless = new ArrayList<>();
    for (VirtualNode node : nodes) {
      if (node.zone().equals(zone)) {
        homeless.addAll(node.replicas());
      } else {
        rest.add(node);
      }
    }
    return new FirstFitDecreasing(rest).place(homeless).isEmpty();
  }
}

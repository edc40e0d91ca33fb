package dev.headroom.autoscaler;

import java.util.ArrayList;
import java.util.List;

/**
 * Packs replicas on nodes: the largest first, each on the first node with room (Johnson 1973: at
 * most 11/9 of the fewest nodes possible, and 6/9 of a node more).
 */
final class FirstFitDecreasing {
  private final List<Bin> bins = new ArrayList<>();

  /** Onto these nodes, beside what they carry. */
  FirstFitDecreasing(List<VirtualNode> nodes) {
    nodes.forEach(node -> bins.add(new Bin(node)));
  }

  /** The replicas that found no room. */
  List<ReplicaRequest> place(List<ReplicaRequest> replicas) {
    List<ReplicaRequest> homeless = new ArrayList<>();
    for (ReplicaRequest replica : replicas.stream().sorted(ReplicaRequest.LARGEST_FIRST).toList()) {
      if (bins.stream().noneMatch(bin -> bin.take(replica))) {
        homeless.add(replica);
      }
    }
    return homeless;
  }

  /**
   * The number of nodes of {@code type} that {@code replicas} need; {@code Integer.MAX_VALUE} when
   * one of them is larger than such a node.
   */
  static int nodesNeeded(InstanceType type, List<ReplicaRequest> replicas) {
    VirtualNode fresh = VirtualNode.onDemand("new", type, NodePlanner.ZONES.get(0));
    List<ReplicaRequest> homeless = replicas;
    int nodes = 0;
    // Node by node: each replica ends on the same node as replica by replica.
    for (; !homeless.isEmpty(); nodes++) {
      List<ReplicaRequest> left = new FirstFitDecreasing(List.of(fresh)).place(homeless);
      if (left.size() == homeless.size()) {
        return Integer.MAX_VALUE;
      }
      homeless = left;
    }
    return nodes;
  }

  /* A node as what is left of it. */
  private static final class Bin {
    private long cpu;
    private long memory;
    private int pods;

    Bin(VirtualNode node) {
      cpu = node.type().allocatableCpu().millicores() - node.cpuRequested().millicores();
      memory = node.type().allocatableMemory().bytes() - node.memoryRequested().bytes();
      pods = node.type().maxPods() - node.replicas().size();
    }

    boolean take(ReplicaRequest replica) {
      if (pods < 1 || replica.cpu().millicores() > cpu || replica.memory().bytes() > memory) {
        return false;
      }
      pods--;
      cpu -= replica.cpu().millicores();
      memory -= replica.memory().bytes();
      return true;
    }
  }
}

package dev.headroom.autoscaler;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import java.util.ArrayList;
import java.util.List;

/**
 * A simulated machine of a real type, and the replicas placed on it.
 *
 * @param name for example {@code node-3}
 * @param zone for example {@code us-east-1b}
 * @param pricePerHour USD: the list price, or of spot capacity a modelled one
 */
public record VirtualNode(
    String name,
    InstanceType type,
    String zone,
    Capacity capacity,
    double pricePerHour,
    Phase phase,
    List<ReplicaRequest> replicas) {

  /** Where it is in its life. */
  public enum Phase {
    /** Takes replicas. */
    READY,
    /** To be given back: its replicas move away, it takes no others. */
    DRAINING,
    /** To be taken away by the provider at the end of its notice. */
    INTERRUPTED
  }

  public VirtualNode {
    replicas = List.copyOf(replicas);
  }

  /** An empty node on demand. */
  static VirtualNode onDemand(String name, InstanceType type, String zone) {
    return new VirtualNode(
        name, type, zone, Capacity.ON_DEMAND, type.pricePerHour(), Phase.READY, List.of());
  }

  public Cpu cpuRequested() {
    return new Cpu(replicas.stream().mapToLong(replica -> replica.cpu().millicores()).sum());
  }

  public ByteSize memoryRequested() {
    return new ByteSize(replicas.stream().mapToLong(replica -> replica.memory().bytes()).sum());
  }

  /** Has it the room, whatever its phase? */
  boolean fits(ReplicaRequest request) {
    return replicas.size() < type.maxPods()
        && cpuRequested().millicores() + request.cpu().millicores()
            <= type.allocatableCpu().millicores()
        && memoryRequested().bytes() + request.memory().bytes() <= type.allocatableMemory().bytes();
  }

  boolean takes(ReplicaRequest request) {
    return phase == Phase.READY && fits(request);
  }

  boolean isEmpty() {
    return replicas.isEmpty();
  }

  boolean isReady() {
    return phase == Phase.READY;
  }

  boolean holds(String instance) {
    return replicas.stream().anyMatch(replica -> replica.instance().equals(instance));
  }

  long replicasOf(String service) {
    return replicas.stream().filter(replica -> replica.service().equals(service)).count();
  }

  VirtualNode with(ReplicaRequest request) {
    List<ReplicaRequest> more = new ArrayList<>(replicas);
    more.add(request);
    return with(more);
  }

  VirtualNode without(String instance) {
    return with(replicas.stream().filter(replica -> !replica.instance().equals(instance)).toList());
  }

  VirtualNode in(Phase next) {
    return new VirtualNode(name, type, zone, capacity, pricePerHour, next, replicas);
  }

  private VirtualNode with(List<ReplicaRequest> next) {
    return new VirtualNode(name, type, zone, capacity, pricePerHour, phase, next);
  }

  /**
   * In an operator's words, for example {@code node-3 (c7i.large, spot, us-east-1b, simulated)}.
   */
  String inWords() {
    return "%s (%s, %s, %s, simulated)".formatted(name, type.name(), capacity.word(), zone);
  }
}

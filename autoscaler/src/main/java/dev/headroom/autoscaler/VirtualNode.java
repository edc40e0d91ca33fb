package dev.headroom.autoscaler;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A simulated machine of a real type, and the replicas placed on it. Immutable. */
public final class VirtualNode {

  /** Where it is in its life. */
  public enum Phase {
    /** Takes replicas. */
    READY,
    /** To be given back: its replicas move away, it takes no others. */
    DRAINING,
    /** To be taken away by the provider at the end of its notice. */
    INTERRUPTED
  }

  private final String name;
  private final Offer offer;
  private final Phase phase;
  private final List<ReplicaRequest> replicas;

  // Kept, because every placement asks every node.
  private final long millicores;
  private final long bytes;
  private final Map<String, Integer> perService;

  private VirtualNode(String name, Offer offer, Phase phase, List<ReplicaRequest> replicas) {
    this.name = name;
    this.offer = offer;
    this.phase = phase;
    this.replicas = List.copyOf(replicas);
    this.millicores = replicas.stream().mapToLong(replica -> replica.cpu().millicores()).sum();
    this.bytes = replicas.stream().mapToLong(replica -> replica.memory().bytes()).sum();
    Map<String, Integer> counts = new HashMap<>();
    replicas.forEach(replica -> counts.merge(replica.service(), 1, Integer::sum));
    this.perService = Map.copyOf(counts);
  }

  /** What is rented by {@code offer}, empty. */
  static VirtualNode of(String name, Offer offer) {
    return new VirtualNode(name, offer, Phase.READY, List.of());
  }

  /** An empty node on demand. */
  static VirtualNode onDemand(String name, InstanceType type, String zone) {
    return of(name, Offer.onDemand(type, zone));
  }

  /** For example {@code node-3}. */
  public String name() {
    return name;
  }

  public InstanceType type() {
    return offer.type();
  }

  /** For example {@code us-east-1b}. */
  public String zone() {
    return offer.zone();
  }

  public Capacity capacity() {
    return offer.capacity();
  }

  /** USD: the list price, or of spot capacity a modelled one. */
  public double pricePerHour() {
    return offer.pricePerHour();
  }

  public Phase phase() {
    return phase;
  }

  /** In the order in which they came. */
  public List<ReplicaRequest> replicas() {
    return replicas;
  }

  public Cpu cpuRequested() {
    return new Cpu(millicores);
  }

  public ByteSize memoryRequested() {
    return new ByteSize(bytes);
  }

  /** Has it the room, whatever its phase? */
  boolean fits(ReplicaRequest request) {
    return replicas.size() < type().maxPods()
        && millicores + request.cpu().millicores() <= type().allocatableCpu().millicores()
        && bytes + request.memory().bytes() <= type().allocatableMemory().bytes();
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

  int replicasOf(String service) {
    return perService.getOrDefault(service, 0);
  }

  VirtualNode with(ReplicaRequest request) {
    List<ReplicaRequest> more = new ArrayList<>(replicas);
    more.add(request);
    return new VirtualNode(name, offer, phase, more);
  }

  VirtualNode without(String instance) {
    return new VirtualNode(
        name,
        offer,
        phase,
        replicas.stream().filter(replica -> !replica.instance().equals(instance)).toList());
  }

  VirtualNode in(Phase next) {
    return new VirtualNode(name, offer, next, replicas);
  }

  /**
   * In an operator's words, for example {@code node-3 (c7i.large, spot, us-east-1b, simulated)}.
   */
  String inWords() {
    return "%s (%s, %s, %s, simulated)".formatted(name, type().name(), capacity().word(), zone());
  }

  @Override
  public String toString() {
    return inWords() + " " + phase + " " + replicas;
  }
}

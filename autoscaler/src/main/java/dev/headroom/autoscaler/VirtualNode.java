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
 */
public record VirtualNode(
    String name, InstanceType type, String zone, List<ReplicaRequest> replicas) {

  public VirtualNode {
    replicas = List.copyOf(replicas);
  }

  public Cpu cpuRequested() {
    return new Cpu(replicas.stream().mapToLong(replica -> replica.cpu().millicores()).sum());
  }

  public ByteSize memoryRequested() {
    return new ByteSize(replicas.stream().mapToLong(replica -> replica.memory().bytes()).sum());
  }

  boolean fits(ReplicaRequest request) {
    return replicas.size() < type.maxPods()
        && cpuRequested().millicores() + request.cpu().millicores()
            <= type.allocatableCpu().millicores()
        && memoryRequested().bytes() + request.memory().bytes() <= type.allocatableMemory().bytes();
  }

  boolean isEmpty() {
    return replicas.isEmpty();
  }

  long replicasOf(String service) {
    return replicas.stream().filter(replica -> replica.service().equals(service)).count();
  }

  VirtualNode with(ReplicaRequest request) {
    List<ReplicaRequest> more = new ArrayList<>(replicas);
    more.add(request);
    return new VirtualNode(name, type, zone, more);
  }

  VirtualNode without(String instance) {
    return new VirtualNode(
        name,
        type,
        zone,
        replicas.stream().filter(replica -> !replica.instance().equals(instance)).toList());
  }
}

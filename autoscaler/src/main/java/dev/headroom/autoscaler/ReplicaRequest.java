package dev.headroom.autoscaler;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import java.util.Comparator;

/** What one replica asks of a node. */
public record ReplicaRequest(String instance, String service, Cpu cpu, ByteSize memory) {
  /* Karpenter's order of the queue: CPU, then memory, the largest first. */
  static final Comparator<ReplicaRequest> LARGEST_FIRST =
      Comparator.comparing(ReplicaRequest::cpu)
          .thenComparing(ReplicaRequest::memory)
          .reversed()
          .thenComparing(ReplicaRequest::instance);

  public ReplicaRequest(String instance, String service, ReplicaSize size) {
    this(instance, service, size.cpu(), size.memory());
  }

  public ReplicaSize size() {
    return new ReplicaSize(cpu, memory);
  }
}

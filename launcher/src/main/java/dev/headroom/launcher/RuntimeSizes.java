package dev.headroom.launcher;

import dev.headroom.autoscaler.ReplicaSize;
import dev.headroom.autoscaler.SizeTarget;
import dev.headroom.autoscaler.SizedReplica;
import dev.headroom.runtime.ServiceRuntime;
import java.util.List;

/** Carries the vertical autoscaler's decisions out on this machine. */
record RuntimeSizes(ServiceRuntime runtime) implements SizeTarget {

  @Override
  public List<SizedReplica> replicas(String service) {
    return runtime.sizes(service);
  }

  @Override
  public void sizeOfNew(String service, ReplicaSize size) {
    runtime.sizeOfNew(service, size);
  }

  @Override
  public void resize(String service, String instance, ReplicaSize size, String reason) {
    runtime.resize(service, instance, size, reason);
  }
}

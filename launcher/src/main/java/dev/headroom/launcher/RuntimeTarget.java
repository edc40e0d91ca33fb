package dev.headroom.launcher;

import dev.headroom.autoscaler.ReplicaTarget;
import dev.headroom.runtime.ServiceRuntime;

/** Carries the autoscaler's decisions out on this machine. */
record RuntimeTarget(ServiceRuntime runtime) implements ReplicaTarget {

  @Override
  public int replicas(String service) {
    return runtime.replicas(service);
  }

  @Override
  public void scale(String service, int replicas) {
    runtime.scale(service, replicas);
  }
}

package dev.headroom.autoscaler;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;

/**
 * A kind of machine that can be rented.
 *
 * @param name for example {@code c7i.large}
 * @param architecture {@code amd64} or {@code arm64}
 * @param allocatableCpu what is left for replicas when the node's own agents have theirs
 * @param maxPods so many replicas at most, whatever their size
 * @param pricePerHour on demand, USD
 */
public record InstanceType(
    String name,
    String family,
    String architecture,
    Cpu cpu,
    ByteSize memory,
    Cpu allocatableCpu,
    ByteSize allocatableMemory,
    int maxPods,
    double pricePerHour) {

  /** Can it run whatever {@code other} can? */
  boolean hasRoomOf(InstanceType other) {
    return architecture.equals(other.architecture)
        && allocatableCpu.compareTo(other.allocatableCpu) >= 0
        && allocatableMemory.compareTo(other.allocatableMemory) >= 0
        && maxPods >= other.maxPods;
  }
}

package dev.headroom.autoscaler;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;

/** What one replica asks for. */
public record ReplicaSize(Cpu cpu, ByteSize memory) {

  @Override
  public String toString() {
    return cpu + " CPU, " + memory;
  }
}

package dev.headroom.autoscaler;

import java.util.List;

/** Who carries out what the vertical autoscaler decides. */
public interface SizeTarget {
  /** The replicas of {@code service} that stay; none when it does not run here. */
  List<SizedReplica> replicas(String service);

  /** Replicas that start from now on ask for {@code size}. Returns at once. */
  void sizeOfNew(String service, ReplicaSize size);

  /** Gives one replica another size, with no request failed. Returns at once. */
  void resize(String service, String instance, ReplicaSize size, String reason);
}

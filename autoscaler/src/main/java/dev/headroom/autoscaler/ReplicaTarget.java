package dev.headroom.autoscaler;

/** Who carries out what the autoscaler decides. */
public interface ReplicaTarget {
  /** The number of replicas that {@code service} was last told to have, ready or not. */
  int replicas(String service);

  /**
   * Tells {@code service} to have so many. Returns at once; starting and draining go on after. One
   * that cannot be carried out throws, and is decided anew the next time.
   */
  void scale(String service, int replicas);
}

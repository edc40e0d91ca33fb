package dev.headroom.router.cluster;

/** Is told when the primary changes. Called on a monitor's thread. */
@FunctionalInterface
public interface ClusterListener {

  void changed(ClusterView before, ClusterView after);
}

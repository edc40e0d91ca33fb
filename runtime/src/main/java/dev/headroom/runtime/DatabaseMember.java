package dev.headroom.runtime;

import java.net.InetSocketAddress;
import java.util.Locale;

/** One PostgreSQL server of the cluster, as it is now. */
public record DatabaseMember(String name, InetSocketAddress address, Role role, State state) {

  /** Who takes writes. */
  public enum Role {
    PRIMARY,
    REPLICA
  }

  /** What it is doing. */
  public enum State {
    STARTING,
    UP,
    /** Its process has ended. */
    DOWN,
    /** Its data is being copied anew from the primary. */
    CLONING;

    /** As telemetry says it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

package dev.headroom.autoscaler;

import java.util.Locale;

/** How a node is rented: {@code karpenter.sh/capacity-type}. */
public enum Capacity {
  /** At list price, until it is given back. */
  ON_DEMAND,
  /** Cheaper, and taken away at short notice. */
  SPOT;

  /** As telemetry says it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

package dev.headroom.runtime;

import dev.headroom.spec.HealthSpec;

/**
 * Turns single health answers into a state: {@code rise} good ones in a row make it healthy, {@code
 * fall} bad ones unhealthy. Starts unhealthy. Not thread-safe.
 */
final class Hysteresis {
  private final int rise;
  private final int fall;
  private boolean healthy;
  private int against;

  Hysteresis(HealthSpec spec) {
    this.rise = spec.rise();
    this.fall = spec.fall();
  }

  /** Takes one answer; true when it changed the state. */
  boolean answer(boolean good) {
    if (good == healthy) {
      against = 0;
      return false;
    }
    against++;
    if (against < (healthy ? fall : rise)) {
      return false;
    }
    healthy = good;
    against = 0;
    return true;
  }

  boolean isHealthy() {
    return healthy;
  }

  /** Bad answers in a row. */
  int failures() {
    return healthy ? against : 0;
  }
}

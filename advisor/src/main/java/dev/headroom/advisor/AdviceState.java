package dev.headroom.advisor;

import java.util.Locale;

/** How far a piece of advice has come. */
public enum AdviceState {
  /** Verified, and for somebody to decide. */
  PROPOSED,
  /** Carried out through Headroom. */
  APPLIED,
  /** Proposed once, and not found any more. */
  WITHDRAWN;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}

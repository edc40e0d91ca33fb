package dev.headroom.advisor;

import java.util.Locale;

/** What a piece of advice is about. */
public enum AdviceKind {
  MISSING_INDEX,
  DUPLICATE_INDEX,
  UNUSED_INDEX,
  REWRITE,
  MATERIALISED_VIEW,
  N_PLUS_ONE,
  CACHEABLE_ENDPOINT,
  POOL,
  BLOCKING;

  /** For example {@code missing-index}: in JSON, in events and on the screen. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

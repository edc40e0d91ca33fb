package dev.headroom.advisor;

import java.util.List;
import java.util.Optional;

/**
 * Why a piece of advice is given.
 *
 * @param statement normalised, as pg_stat_statements has it; empty when it is not about one
 * @param calls how often it ran while it was observed
 * @param millisPerCall mean time in the user's own database
 * @param before measured on the scratch copy; empty when nothing was measured there
 * @param after the same with the advice followed
 * @param notes preconditions, limits, what was sampled: a sentence each
 */
public record Evidence(
    String statement,
    long calls,
    double millisPerCall,
    Optional<Measurement> before,
    Optional<Measurement> after,
    List<String> notes) {

  public Evidence {
    notes = List.copyOf(notes);
  }

  /** Of advice that is not about one statement. */
  public static Evidence of(List<String> notes) {
    return new Evidence("", 0, 0, Optional.empty(), Optional.empty(), notes);
  }
}

package dev.headroom.advisor;

import java.util.Optional;

/**
 * A statement and what it costs the user's database, summed over all its servers.
 *
 * @param queryId PostgreSQL's own number for it
 * @param text normalised: constants are parameters
 * @param share of the time of all statements, 0 to 1
 * @param buffersPerCall shared pages of 8 KiB touched
 * @param plan in words; empty when it was not looked at or cannot be planned
 */
public record SlowStatement(
    long queryId,
    String text,
    long calls,
    double totalMillis,
    double share,
    double rowsPerCall,
    double buffersPerCall,
    Optional<String> plan) {

  public double millisPerCall() {
    return calls == 0 ? 0 : totalMillis / calls;
  }

  /** The same with its plan in words. */
  public SlowStatement withPlan(String words) {
    return new SlowStatement(
        queryId, text, calls, totalMillis, share, rowsPerCall, buffersPerCall, Optional.of(words));
  }
}

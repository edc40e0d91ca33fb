package dev.headroom.router.pool;

import dev.headroom.pgwire.Bytes;
import dev.headroom.router.statement.StatementAnalysis;

/**
 * A statement that clients have prepared, whatever they call it: equal texts with equal parameter
 * types share one, and the name that the servers know it by.
 *
 * @param name on the servers; empty for one that is parsed anew each time
 * @param parse what follows the name in a Parse message: text and parameter types
 */
public record PreparedText(String name, Bytes parse, StatementAnalysis analysis) {

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}

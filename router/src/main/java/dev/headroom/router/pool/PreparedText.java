package dev.headroom.router.pool;

import dev.headroom.pgwire.Bytes;
import dev.headroom.router.statement.StatementAnalysis;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A statement that clients have prepared, whatever they call it: equal texts with equal parameter
 * types share one, and the name that the servers know it by.
 *
 * @param name on the servers; empty for one that is parsed anew each time
 * @param parse what follows the name in a Parse message: text and parameter types
 * @param nameScope what names in it mean beyond the text: the search_path, a session's temporary
 *     tables
 */
public record PreparedText(String name, Bytes parse, StatementAnalysis analysis, String nameScope) {

  /** The text. */
  public String sql() {
    return new String(parse.toArray(), 0, textEnd(), StandardCharsets.UTF_8);
  }

  /** OIDs of the parameters' types as the client gave them, 0 where it did not. */
  public int[] parameterTypes() {
    ByteBuffer in = ByteBuffer.wrap(parse.toArray());
    in.position(textEnd() + 1);
    int[] types = new int[in.remaining() < 2 ? 0 : in.getShort() & 0xffff];
    for (int i = 0; i < types.length && in.remaining() >= 4; i++) {
      types[i] = in.getInt();
    }
    return types;
  }

  private int textEnd() {
    int end = 0;
    while (parse.at(end) != 0) {
      end++;
    }
    return end;
  }

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}

package dev.headroom.advisor.statement;

import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.Set;

/** Makes a normalised text one that can be planned. */
public final class Repair {
  private static final Set<String> TYPES =
      Set.of("interval", "date", "timestamp", "timestamptz", "time", "numeric", "uuid", "jsonb");

  private Repair() {}

  /** {@code interval $1}, which is no SQL, becomes {@code $1::interval}. */
  public static String of(String normalised) {
    SqlTokens tokens = SqlTokens.of(normalised);
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < tokens.size(); i++) {
      boolean typed =
          tokens.kind(i) == TokenKind.WORD
              && TYPES.contains(tokens.name(i))
              && i + 1 < tokens.size()
              && tokens.kind(i + 1) == TokenKind.PARAMETER;
      if (typed) {
        sql.append(tokens.text(i + 1)).append("::").append(tokens.text(i));
        i++;
      } else {
        sql.append(tokens.text(i));
      }
      if (i + 1 < tokens.size() && tokens.end(i) < tokens.start(i + 1)) {
        sql.append(' ');
      }
    }
    return sql.toString();
  }
}

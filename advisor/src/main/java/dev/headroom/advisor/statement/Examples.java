package dev.headroom.advisor.statement;

import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Statements as the application really sent them, by what pg_stat_statements calls them. It shows a
 * constant as a parameter, so that neither a filter that repeats nor {@code count(*) > 0} could be
 * told from it. Not thread-safe.
 */
public final class Examples {

  /**
   * One statement as sent.
   *
   * @param sql with {@code $n} for what was bound
   * @param types names of the parameters' types; empty leaves them to the server
   * @param values sets of bound values
   */
  public record Example(String sql, List<String> types, List<List<Optional<String>>> values) {}

  private record Known(SqlTokens tokens, Example example) {}

  private final Map<Long, Example> byId = new HashMap<>();
  private final Map<String, List<Known>> byShape = new HashMap<>();

  /** One whose number is known. */
  public void add(long queryId, Example example) {
    byId.putIfAbsent(queryId, example);
  }

  /** One whose number is not. */
  public void add(Example example) {
    SqlTokens tokens = SqlTokens.of(example.sql());
    byShape.computeIfAbsent(shape(tokens), _ -> new ArrayList<>()).add(new Known(tokens, example));
  }

  /** The example of a statement of pg_stat_statements. */
  public Optional<Example> of(long queryId, String normalised) {
    SqlTokens tokens = SqlTokens.of(normalised);
    for (Known known : byShape.getOrDefault(shape(tokens), List.of())) {
      if (matches(tokens, known.tokens())) {
        return Optional.of(known.example());
      }
    }
    return Optional.ofNullable(byId.get(queryId));
  }

  private static String shape(SqlTokens tokens) {
    return tokens.size() + " " + (tokens.size() > 0 ? word(tokens, 0) : "");
  }

  private static String word(SqlTokens tokens, int i) {
    return tokens.text(i).toLowerCase(Locale.ROOT);
  }

  /* Where the normalised text has a parameter, the original may have a parameter, a literal, or a
   * word that the grammar takes for one: extract(epoch FROM …), true, null. */
  private static boolean matches(SqlTokens normalised, SqlTokens original) {
    for (int i = 0; i < normalised.size(); i++) {
      boolean same =
          normalised.kind(i) == TokenKind.PARAMETER
              ? original.kind(i) != TokenKind.PUNCTUATION
              : word(normalised, i).equals(word(original, i));
      if (!same) {
        return false;
      }
    }
    return true;
  }
}

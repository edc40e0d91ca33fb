package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code integer column = $1::numeric} makes PostgreSQL turn the column into a numeric, row by row:
 * its index is of no use. The parameter should have the column's type.
 */
final class CastRule implements RewriteRule {
  private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");
  private static final Set<String> WIDER =
      Set.of("numeric", "decimal", "float8", "float4", "real", "double");

  @Override
  public String name() {
    return "implicit cast → parameter of the column's type";
  }

  @Override
  public Optional<Rewritten> apply(Select select, Columns columns) {
    Optional<FromClause> from = FromClause.parse(select.from());
    if (from.isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < select.where().size(); i++) {
      SqlTokens tokens = SqlTokens.of(select.where().get(i));
      int equals = -1;
      for (int k = 1; k < tokens.size(); k++) {
        if (tokens.kind(k) == TokenKind.OPERATOR && tokens.text(k).equals("=")) {
          equals = k;
          break;
        }
      }
      boolean cast =
          equals > 0
              && tokens.size() >= equals + 4
              && (tokens.kind(equals + 1) == TokenKind.PARAMETER
                  || tokens.kind(equals + 1) == TokenKind.NUMBER)
              && tokens.text(equals + 2).equals("::")
              && tokens.isName(equals + 3)
              && WIDER.contains(tokens.name(equals + 3));
      if (!cast) {
        continue;
      }
      String column = Snippets.text(tokens, 0, equals);
      Optional<String> type = columns.type(from.get(), column).filter(INTEGERS::contains);
      if (type.isPresent()) {
        String next = column + " = " + tokens.text(equals + 1) + "::" + type.get();
        return Optional.of(
            Rewritten.of(
                select,
                select.withCondition(i, next),
                "The parameter is a %s and the column a %s: every row is converted, and no index is used."
                    .formatted(tokens.name(equals + 3), type.get()),
                List.of("The values sent are whole numbers; bind them as " + type.get() + ".")));
      }
    }
    return Optional.empty();
  }
}

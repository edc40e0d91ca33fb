package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.List;
import java.util.Optional;

/**
 * A function or arithmetic on a column hides it from its index: {@code date(c) = d} becomes a range
 * over {@code c}, and {@code c + interval < x} becomes {@code c < x - interval}.
 */
final class FunctionRule implements RewriteRule {

  @Override
  public String name() {
    return "function on a column → range";
  }

  private record Range(String sql, String condition) {}

  @Override
  public Optional<Rewritten> apply(Select select, Columns columns) {
    Optional<FromClause> from = FromClause.parse(select.from());
    if (from.isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < select.where().size(); i++) {
      String condition = select.where().get(i);
      Optional<Range> range =
          day(condition, from.get(), columns).or(() -> arithmetic(condition, from.get(), columns));
      if (range.isPresent()) {
        return Optional.of(
            Rewritten.of(
                select,
                select.withCondition(i, range.get().sql()),
                "The column stands inside an expression, so that no index over it can be used.",
                List.of(range.get().condition())));
      }
    }
    return Optional.empty();
  }

  /* date(c) = d, c::date = d, CAST(c AS date) = d. */
  private static Optional<Range> day(String condition, FromClause from, Columns columns) {
    SqlTokens tokens = SqlTokens.of(condition);
    int equals = operator(tokens, "=");
    if (equals < 0) {
      return Optional.empty();
    }
    String left = Snippets.text(tokens, 0, equals);
    String right = Snippets.text(tokens, equals + 1, tokens.size());
    Optional<String> column = columnOfDay(left);
    if (column.isEmpty()
        || columns.type(from, column.get()).filter(t -> t.startsWith("timestamp")).isEmpty()
        || !Snippets.qualifiers(right).isEmpty()
        || Snippets.hasBareName(right)) {
      return Optional.empty();
    }
    String day = SqlTokens.of(right).size() == 1 ? right + "::date" : "(" + right + ")";
    return Optional.of(
        new Range(
            "%1$s >= %2$s AND %1$s < %2$s + 1".formatted(column.get(), day),
            "A day begins in the session's time zone in both forms."));
  }

  private static Optional<String> columnOfDay(String expression) {
    SqlTokens tokens = SqlTokens.of(expression);
    int last = tokens.size() - 1;
    if (tokens.isWord(0, "date")
        && tokens.isPunctuation(1, '(')
        && Snippets.closing(tokens, 1) == last) {
      return Optional.of(Snippets.text(tokens, 2, last));
    }
    if (tokens.isWord(last, "date") && last > 1 && tokens.text(last - 1).equals("::")) {
      return Optional.of(Snippets.unwrapped(Snippets.text(tokens, 0, last - 1)));
    }
    return Optional.empty();
  }

  /* c + interval '…' < x. */
  private static Optional<Range> arithmetic(String condition, FromClause from, Columns columns) {
    SqlTokens tokens = SqlTokens.of(condition);
    for (String comparison : List.of("<", ">", "<=", ">=")) {
      int at = operator(tokens, comparison);
      if (at < 0) {
        continue;
      }
      String right = Snippets.text(tokens, at + 1, tokens.size());
      for (String sign : List.of("+", "-")) {
        int plus = operator(tokens, sign);
        if (plus <= 0 || plus >= at) {
          continue;
        }
        String column = Snippets.text(tokens, 0, plus);
        String interval = Snippets.text(tokens, plus + 1, at);
        boolean moved =
            columns.type(from, column).filter(t -> t.startsWith("timestamp")).isPresent()
                && Snippets.hasWord(interval, "interval")
                && Snippets.qualifiers(right).isEmpty()
                && !Snippets.hasBareName(right);
        if (moved) {
          return Optional.of(
              new Range(
                  "%s %s %s %s %s"
                      .formatted(column, comparison, right, sign.equals("+") ? "-" : "+", interval),
                  "Months and years are not equally long: rows within a day of the limit may fall"
                      + " on the other side."));
        }
      }
    }
    return Optional.empty();
  }

  /* Outside of parentheses; -1 when there is none. */
  private static int operator(SqlTokens tokens, String operator) {
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      depth += tokens.isPunctuation(i, '(') ? 1 : 0;
      depth -= tokens.isPunctuation(i, ')') ? 1 : 0;
      if (depth == 0 && tokens.kind(i) == TokenKind.OPERATOR && tokens.text(i).equals(operator)) {
        return i;
      }
    }
    return -1;
  }
}

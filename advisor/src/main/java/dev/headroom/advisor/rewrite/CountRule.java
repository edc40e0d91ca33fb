package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.List;
import java.util.Optional;

/** {@code count(*) > 0} counts all to learn whether there is one: {@code EXISTS} stops at it. */
final class CountRule implements RewriteRule {

  @Override
  public String name() {
    return "count(*) > 0 → EXISTS";
  }

  @Override
  public Optional<Rewritten> apply(Select select, Columns columns) {
    if (select.items().size() != 1
        || select.distinct()
        || !select.groupBy().isEmpty()
        || !select.having().isEmpty()
        || select.from().isEmpty()
        || !select.offset().isEmpty()) {
      return Optional.empty();
    }
    SqlTokens tokens = SqlTokens.of(select.items().getFirst());
    boolean counts =
        tokens.isWord(0, "count")
            && tokens.isPunctuation(1, '(')
            && tokens.size() > 5
            && tokens.text(2).equals("*")
            && tokens.isPunctuation(3, ')')
            && tokens.kind(4) == TokenKind.OPERATOR;
    if (!counts) {
      return Optional.empty();
    }
    String operator = tokens.text(4);
    String number = tokens.text(5);
    boolean unknown = tokens.kind(5) == TokenKind.PARAMETER;
    boolean any =
        (operator.equals(">") && (number.equals("0") || unknown))
            || (operator.equals(">=") && number.equals("1"))
            || (operator.equals("<>") && number.equals("0"));
    boolean none = operator.equals("=") && number.equals("0");
    boolean named = tokens.size() == 8 && tokens.isWord(6, "as");
    if (!(any || none) || !(tokens.size() == 6 || named)) {
      return Optional.empty();
    }
    String label = named ? tokens.text(7) : "\"?column?\"";
    Select inner = select.unlimited().withItems(List.of("1"));
    String sql = "SELECT %sEXISTS (%s) AS %s".formatted(none ? "NOT " : "", inner.toSql(), label);
    return Optional.of(
        new Rewritten(
            sql,
            select.unlimited().toSql(),
            sql,
            "count(*) reads every row to learn whether there is one.",
            unknown
                ? List.of("The constant is hidden in pg_stat_statements; this holds if it is 0.")
                : List.of()));
  }

  /** Whether a statement has the form and the hidden constant must be tried as 0. */
  static boolean comparesHiddenConstant(Select select) {
    return select.items().size() == 1
        && Snippets.hasParameter(select.items().getFirst())
        && Snippets.hasWord(select.items().getFirst(), "count");
  }
}

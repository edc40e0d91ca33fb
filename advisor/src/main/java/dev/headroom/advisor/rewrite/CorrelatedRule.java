package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A subquery that counts or sums for each row of the result becomes one grouped join: the tables
 * are read once instead of once per row.
 */
final class CorrelatedRule implements RewriteRule {

  @Override
  public String name() {
    return "correlated subquery → grouped join";
  }

  @Override
  public Optional<Rewritten> apply(Select select, Columns columns) {
    Optional<FromClause> from = FromClause.parse(select.from());
    if (from.isEmpty() || select.distinct() || !select.groupBy().isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < select.items().size(); i++) {
      Optional<Rewritten> rewritten = rewrite(select, from.get(), i);
      if (rewritten.isPresent()) {
        return rewritten;
      }
    }
    return Optional.empty();
  }

  /** {@code inner = outer} of the subquery's conditions. */
  private record Pair(String inner, String outer) {}

  private static Optional<Rewritten> rewrite(Select select, FromClause from, int at) {
    SqlTokens item = SqlTokens.of(select.items().get(at));
    if (!item.isPunctuation(0, '(')) {
      return Optional.empty();
    }
    int close = Snippets.closing(item, 0);
    Optional<Select> inner = Select.parse(Snippets.text(item, 1, close));
    if (inner.isEmpty() || !isOneAggregate(inner.get())) {
      return Optional.empty();
    }
    Optional<FromClause> innerFrom = FromClause.parse(inner.get().from());
    if (innerFrom.isEmpty()) {
      return Optional.empty();
    }
    Set<String> outerAliases =
        Set.copyOf(from.items().stream().map(FromClause.Item::alias).toList());
    if (innerFrom.get().items().stream().anyMatch(each -> outerAliases.contains(each.alias()))) {
      return Optional.empty();
    }
    List<Pair> pairs = new ArrayList<>();
    List<String> own = new ArrayList<>();
    for (String condition : inner.get().where()) {
      Set<String> names = Snippets.qualifiers(condition);
      if (names.stream().noneMatch(outerAliases::contains)) {
        own.add(condition);
        continue;
      }
      Optional<Pair> pair = pair(condition, outerAliases);
      if (pair.isEmpty()) {
        return Optional.empty();
      }
      pairs.add(pair.get());
    }
    if (pairs.isEmpty()) {
      return Optional.empty();
    }
    // What is known of the outer row holds for the inner one, and keeps the group small.
    for (Pair pair : pairs) {
      known(select.where(), pair.outer()).ifPresent(value -> own.add(pair.inner() + " = " + value));
    }
    String aggregate = inner.get().items().getFirst();
    List<String> keys = pairs.stream().map(Pair::inner).toList();
    List<String> items = new ArrayList<>();
    List<String> on = new ArrayList<>();
    for (int k = 0; k < pairs.size(); k++) {
      items.add(keys.get(k) + " AS k" + (k + 1));
      on.add("g.k" + (k + 1) + " = " + pairs.get(k).outer());
    }
    items.add(aggregate + " AS n");
    Select grouped =
        inner.get().withItems(items).withWhere(own).withGroupBy(String.join(", ", keys));
    String rest = Snippets.text(item, close + 1, item.size());
    boolean counts = SqlTokens.of(aggregate).isWord(0, "count");
    List<String> shown = new ArrayList<>(select.items());
    shown.set(
        at,
        (counts ? "coalesce(g.n, 0) " : "g.n ")
            + (rest.isEmpty() ? "AS " + aggregateName(aggregate) : rest));
    Select next =
        select
            .withItems(shown)
            .withFrom(
                select.from()
                    + " LEFT JOIN ("
                    + grouped.toSql()
                    + ") g ON "
                    + String.join(" AND ", on));
    return Optional.of(
        Rewritten.of(
            select,
            next,
            "The subquery reads its tables again for each row of the result.",
            List.of("The groups are unique by the columns that they are joined by.")));
  }

  private static String aggregateName(String aggregate) {
    return SqlTokens.of(aggregate).text(0);
  }

  private static boolean isOneAggregate(Select inner) {
    if (inner.items().size() != 1
        || !inner.groupBy().isEmpty()
        || !inner.limit().isEmpty()
        || inner.distinct()) {
      return false;
    }
    SqlTokens tokens = SqlTokens.of(inner.items().getFirst());
    return Set.of("count", "sum", "min", "max", "avg")
            .contains(tokens.isName(0) ? tokens.name(0) : "")
        && tokens.isPunctuation(1, '(')
        && Snippets.closing(tokens, 1) == tokens.size() - 1;
  }

  private static Optional<Pair> pair(String condition, Set<String> outerAliases) {
    SqlTokens tokens = SqlTokens.of(condition);
    for (int i = 1; i < tokens.size() - 1; i++) {
      if (tokens.kind(i) == TokenKind.OPERATOR && tokens.text(i).equals("=")) {
        String left = Snippets.text(tokens, 0, i);
        String right = Snippets.text(tokens, i + 1, tokens.size());
        if (Columns.Reference.of(left).isEmpty() || Columns.Reference.of(right).isEmpty()) {
          return Optional.empty();
        }
        boolean leftOuter = Snippets.qualifiers(left).stream().anyMatch(outerAliases::contains);
        boolean rightOuter = Snippets.qualifiers(right).stream().anyMatch(outerAliases::contains);
        if (leftOuter == rightOuter) {
          return Optional.empty();
        }
        return Optional.of(leftOuter ? new Pair(right, left) : new Pair(left, right));
      }
    }
    return Optional.empty();
  }

  /** The value that {@code column} is equal to, when a condition says so. */
  private static Optional<String> known(List<String> conditions, String column) {
    for (String condition : conditions) {
      SqlTokens tokens = SqlTokens.of(condition);
      int last = tokens.size() - 1;
      boolean value =
          last >= 2
              && (tokens.kind(last) == TokenKind.PARAMETER
                  || tokens.kind(last) == TokenKind.NUMBER
                  || tokens.kind(last) == TokenKind.STRING)
              && tokens.text(last - 1).equals("=")
              && Snippets.text(tokens, 0, last - 1).equals(column);
      if (value) {
        return Optional.of(tokens.text(last));
      }
    }
    return Optional.empty();
  }
}

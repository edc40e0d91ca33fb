package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.sql.SqlTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code x NOT IN (SELECT y …)} becomes {@code NOT EXISTS (… y = x)}: the planner can anti-join it.
 * Both sides must never be null, for NOT IN answers "unknown" where NOT EXISTS answers "yes".
 */
final class NotInRule implements RewriteRule {

  @Override
  public String name() {
    return "NOT IN → NOT EXISTS";
  }

  @Override
  public Optional<Rewritten> apply(Select select, Columns columns) {
    Optional<FromClause> outer = FromClause.parse(select.from());
    if (outer.isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < select.where().size(); i++) {
      Optional<String> next = notExists(select.where().get(i), outer.get(), columns);
      if (next.isPresent()) {
        return Optional.of(
            Rewritten.of(
                select,
                select.withCondition(i, next.get()),
                "NOT IN builds the whole list of the subquery first, for every call.",
                List.of("Both sides are NOT NULL columns, says the catalog.")));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> notExists(String condition, FromClause outer, Columns columns) {
    SqlTokens tokens = SqlTokens.of(condition);
    for (int i = 1; i + 2 < tokens.size(); i++) {
      boolean found =
          tokens.isWord(i, "not") && tokens.isWord(i + 1, "in") && tokens.isPunctuation(i + 2, '(');
      if (!found || Snippets.closing(tokens, i + 2) != tokens.size() - 1) {
        continue;
      }
      String left = Snippets.text(tokens, 0, i);
      Optional<Select> inner = Select.parse(Snippets.text(tokens, i + 3, tokens.size() - 1));
      if (inner.isEmpty() || inner.get().items().size() != 1 || !isPlain(inner.get())) {
        return Optional.empty();
      }
      Optional<FromClause> from = FromClause.parse(inner.get().from());
      String right = inner.get().items().getFirst();
      boolean sure =
          from.isPresent()
              && columns.isNeverNull(outer, left)
              && columns.isNeverNull(from.get(), right)
              && left.contains(".")
              && from.get().byAlias(left.substring(0, left.indexOf('.'))).isEmpty();
      if (!sure) {
        return Optional.empty();
      }
      String inside =
          right.contains(".") ? right : from.get().items().getFirst().alias() + "." + right;
      List<String> conditions = new ArrayList<>();
      conditions.add(inside + " = " + left);
      conditions.addAll(inner.get().where());
      return Optional.of(
          "NOT EXISTS (" + inner.get().withItems(List.of("1")).withWhere(conditions).toSql() + ")");
    }
    return Optional.empty();
  }

  private static boolean isPlain(Select inner) {
    return inner.groupBy().isEmpty()
        && inner.having().isEmpty()
        && inner.limit().isEmpty()
        && inner.offset().isEmpty()
        && !inner.distinct();
  }
}

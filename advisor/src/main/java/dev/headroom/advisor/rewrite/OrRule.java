package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.sql.SqlTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An OR over columns of two tables becomes a UNION of two queries, each of which can use an index.
 * Only where duplicates are gone anyway: {@code SELECT DISTINCT} and {@code count(DISTINCT x)}.
 */
final class OrRule implements RewriteRule {

  @Override
  public String name() {
    return "OR over two tables → UNION";
  }

  @Override
  public Optional<Rewritten> apply(Select select, Columns columns) {
    Optional<FromClause> from = FromClause.parse(select.from());
    Optional<String> counted = counted(select);
    boolean form =
        from.isPresent()
            && from.get().items().size() > 1
            && select.groupBy().isEmpty()
            && select.having().isEmpty()
            && select.offset().isEmpty()
            && (counted.isPresent() || (select.distinct() && select.orderBy().isEmpty()));
    if (!form) {
      return Optional.empty();
    }
    for (int i = 0; i < select.where().size(); i++) {
      List<String> branches = Snippets.atOrs(Snippets.unwrapped(select.where().get(i)));
      if (branches.size() < 2 || tables(branches) < 2) {
        continue;
      }
      List<String> parts = new ArrayList<>();
      for (String branch : branches) {
        parts.add(branch(select, from.get(), counted, i, branch).toSql());
      }
      String union = String.join(" UNION ", parts);
      String sql =
          counted
              .map(x -> "SELECT count(u.x) AS " + label(select) + " FROM (" + union + ") u (x)")
              .orElse(union + (select.limit().isEmpty() ? "" : " LIMIT " + select.limit()));
      return Optional.of(
          new Rewritten(
              sql,
              select.unlimited().toSql(),
              counted.isPresent() ? sql : union,
              "The OR names columns of two tables, so that no index can answer it: the join is made"
                  + " first, and most of it thrown away.",
              List.of("UNION removes duplicates, as DISTINCT does here.")));
    }
    return Optional.empty();
  }

  private static Select branch(
      Select select, FromClause from, Optional<String> counted, int at, String branch) {
    List<String> where = new ArrayList<>(select.where());
    where.set(at, branch.trim());
    Select one =
        select
            .unlimited()
            .withDistinct(false)
            .withItems(counted.map(List::of).orElse(select.items()))
            .withWhere(where);
    // A LEFT JOIN that nothing else names only makes duplicates.
    FromClause needed = from;
    for (FromClause.Item item : from.items()) {
      String others =
          String.join(" , ", one.items())
              + " , "
              + String.join(" AND ", where)
              + " , "
              + String.join(
                  " AND ",
                  needed.items().stream()
                      .filter(other -> !other.equals(item))
                      .flatMap(other -> other.on().stream())
                      .toList());
      if (item.isLeft() && !Snippets.qualifiers(others).contains(item.alias())) {
        needed = needed.without(item);
      }
    }
    return one.withFrom(needed.toSql());
  }

  private static int tables(List<String> branches) {
    return (int)
        branches.stream()
            .map(Snippets::qualifiers)
            .filter(set -> !set.isEmpty())
            .distinct()
            .count();
  }

  /** What {@code count(DISTINCT x)} counts, when that is all that is asked. */
  private static Optional<String> counted(Select select) {
    if (select.items().size() != 1 || select.distinct()) {
      return Optional.empty();
    }
    SqlTokens tokens = SqlTokens.of(select.items().getFirst());
    boolean counts =
        tokens.isWord(0, "count") && tokens.isPunctuation(1, '(') && tokens.isWord(2, "distinct");
    int close = counts ? Snippets.closing(tokens, 1) : 0;
    boolean alone = close == tokens.size() - 1 || tokens.isWord(close + 1, "as");
    return counts && alone ? Optional.of(Snippets.text(tokens, 3, close)) : Optional.empty();
  }

  private static String label(Select select) {
    SqlTokens tokens = SqlTokens.of(select.items().getFirst());
    int last = tokens.size() - 1;
    return tokens.isWord(last - 1, "as") ? tokens.text(last) : "count";
  }
}

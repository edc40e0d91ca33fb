package dev.headroom.advisor.statement;

import dev.headroom.sql.SqlTokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One SELECT without WITH and set operations, by its clauses, each as it was written. A clause that
 * is absent is empty.
 *
 * @param where the conditions that must all hold
 */
public record Select(
    boolean distinct,
    List<String> items,
    String from,
    List<String> where,
    String groupBy,
    String having,
    String orderBy,
    String limit,
    String offset,
    String locking) {

  public Select {
    items = List.copyOf(items);
    where = List.copyOf(where);
  }

  private enum Clause {
    ITEMS,
    FROM,
    WHERE,
    GROUP,
    HAVING,
    ORDER,
    LIMIT,
    OFFSET,
    LOCKING
  }

  /** Empty when {@code sql} is anything else, or has a clause that is not known here. */
  public static Optional<Select> parse(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    int end = tokens.size();
    while (end > 0 && tokens.isPunctuation(end - 1, ';')) {
      end--;
    }
    if (!tokens.isWord(0, "select")) {
      return Optional.empty();
    }
    boolean distinct = tokens.isWord(1, "distinct");
    if (distinct && tokens.isWord(2, "on")) {
      return Optional.empty();
    }
    Map<Clause, String> clauses = new HashMap<>();
    Clause open = Clause.ITEMS;
    int from = distinct ? 2 : 1;
    int depth = 0;
    for (int i = from; i < end; i++) {
      depth += Snippets.depthChange(tokens, i);
      if (depth != 0) {
        continue;
      }
      if (isForeign(tokens, i)) {
        return Optional.empty();
      }
      Clause next = opened(tokens, i);
      if (next != null) {
        clauses.put(open, Snippets.text(tokens, from, i));
        open = next;
        from = i + (next == Clause.GROUP || next == Clause.ORDER ? 2 : 1);
        if (next == Clause.LOCKING) {
          from = i;
          break;
        }
      }
    }
    clauses.put(open, Snippets.text(tokens, from, end));
    String where = clauses.getOrDefault(Clause.WHERE, "");
    return Optional.of(
        new Select(
            distinct,
            Snippets.atCommas(clauses.getOrDefault(Clause.ITEMS, "")),
            clauses.getOrDefault(Clause.FROM, ""),
            where.isEmpty() ? List.of() : Snippets.conjuncts(where),
            clauses.getOrDefault(Clause.GROUP, ""),
            clauses.getOrDefault(Clause.HAVING, ""),
            clauses.getOrDefault(Clause.ORDER, ""),
            clauses.getOrDefault(Clause.LIMIT, ""),
            clauses.getOrDefault(Clause.OFFSET, ""),
            clauses.getOrDefault(Clause.LOCKING, "")));
  }

  private static boolean isForeign(SqlTokens tokens, int i) {
    return tokens.isWord(i, "union")
        || tokens.isWord(i, "intersect")
        || tokens.isWord(i, "except")
        || tokens.isWord(i, "into")
        || tokens.isWord(i, "window")
        || tokens.isWord(i, "fetch")
        || tokens.isPunctuation(i, ';');
  }

  private static @org.jspecify.annotations.Nullable Clause opened(SqlTokens tokens, int i) {
    if (tokens.isWord(i, "from") && !tokens.isWord(i - 1, "distinct")) {
      return Clause.FROM;
    }
    if (tokens.isWord(i, "where")) {
      return Clause.WHERE;
    }
    if (tokens.isWord(i, "group") && tokens.isWord(i + 1, "by")) {
      return Clause.GROUP;
    }
    if (tokens.isWord(i, "having")) {
      return Clause.HAVING;
    }
    if (tokens.isWord(i, "order") && tokens.isWord(i + 1, "by")) {
      return Clause.ORDER;
    }
    if (tokens.isWord(i, "limit")) {
      return Clause.LIMIT;
    }
    if (tokens.isWord(i, "offset")) {
      return Clause.OFFSET;
    }
    return tokens.isWord(i, "for") ? Clause.LOCKING : null;
  }

  public Select withItems(List<String> next) {
    return new Select(
        distinct, next, from, where, groupBy, having, orderBy, limit, offset, locking);
  }

  public Select withFrom(String next) {
    return new Select(
        distinct, items, next, where, groupBy, having, orderBy, limit, offset, locking);
  }

  public Select withWhere(List<String> next) {
    return new Select(
        distinct, items, from, next, groupBy, having, orderBy, limit, offset, locking);
  }

  /** The same with condition {@code i} replaced. */
  public Select withCondition(int i, String next) {
    List<String> all = new ArrayList<>(where);
    all.set(i, next);
    return withWhere(all);
  }

  public Select withGroupBy(String next) {
    return new Select(distinct, items, from, where, next, having, orderBy, limit, offset, locking);
  }

  public Select withDistinct(boolean next) {
    return new Select(next, items, from, where, groupBy, having, orderBy, limit, offset, locking);
  }

  /** The same with no OFFSET. */
  public Select withoutOffset() {
    return new Select(distinct, items, from, where, groupBy, having, orderBy, limit, "", locking);
  }

  /** All rows in any order: what can be compared. */
  public Select unlimited() {
    return new Select(distinct, items, from, where, groupBy, having, "", "", "", "");
  }

  /** As one line. */
  public String toSql() {
    StringBuilder sql = new StringBuilder("SELECT ").append(distinct ? "DISTINCT " : "");
    sql.append(String.join(", ", items));
    add(sql, " FROM ", from);
    add(sql, " WHERE ", String.join(" AND ", where));
    add(sql, " GROUP BY ", groupBy);
    add(sql, " HAVING ", having);
    add(sql, " ORDER BY ", orderBy);
    add(sql, " LIMIT ", limit);
    add(sql, " OFFSET ", offset);
    add(sql, " ", locking);
    return sql.toString();
  }

  private static void add(StringBuilder sql, String word, String clause) {
    if (!clause.isEmpty()) {
      sql.append(word).append(clause);
    }
  }
}

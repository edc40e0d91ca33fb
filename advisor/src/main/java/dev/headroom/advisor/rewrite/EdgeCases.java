package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.scratch.Trial;
import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Subject;
import dev.headroom.sql.SqlTokens;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Small tables on which two statements would differ that only happen to agree on the copied data.
 * Temporary tables of the same names stand before the real ones in the search path.
 */
final class EdgeCases {
  private static final int ROWS = 60;

  private final Trial trial;

  EdgeCases(Trial trial) {
    this.trial = trial;
  }

  /** Whether both give the same rows there as well. */
  boolean same(Select select, Subject one, Subject other) throws SQLException {
    Set<String> relations = relations(select);
    if (relations.stream().anyMatch(relation -> relation.contains("."))) {
      // A schema is named, which no temporary table can stand before.
      return true;
    }
    return trial.undone(
        () -> {
          for (String relation : relations) {
            trial.execute(
                "CREATE TEMP TABLE %1$s (LIKE %1$s INCLUDING DEFAULTS) ON COMMIT DROP"
                    .formatted(relation));
          }
          boolean empty = sameText(one, other);
          for (String relation : relations) {
            fill(relation);
          }
          return empty && sameText(one, other);
        });
  }

  /* Plans were made for the real tables: the text is planned anew. */
  private boolean sameText(Subject one, Subject other) throws SQLException {
    for (List<Optional<String>> values : one.values()) {
      String a = trial.substituted(one, values);
      String b = trial.substituted(other, values);
      String difference =
          "SELECT count(*) FROM (((%1$s) EXCEPT ALL (%2$s)) UNION ALL ((%2$s) EXCEPT ALL (%1$s))) d"
              .formatted(a, b);
      if (!trial.value(difference).orElseThrow().equals("0")) {
        return false;
      }
    }
    return true;
  }

  /* Rows of the real table, twice over where no key forbids it, with each nullable column null in
   * some of them. */
  private void fill(String relation) throws SQLException {
    List<List<Optional<String>>> columns =
        trial.rows(
            """
            SELECT quote_ident(a.attname), a.attnotnull FROM pg_attribute a
            WHERE a.attrelid = to_regclass('pg_temp.%s') AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """
                .formatted(relation));
    StringBuilder items = new StringBuilder();
    int n = 0;
    for (List<Optional<String>> column : columns) {
      String name = column.getFirst().orElseThrow();
      boolean never = column.get(1).orElse("").equals("t");
      items.append(items.isEmpty() ? "" : ", ");
      items.append(
          never ? name : "CASE WHEN (n + %d) %% 4 = 0 THEN NULL ELSE %s END".formatted(n, name));
      n++;
    }
    String real =
        trial
            .value(
                """
                SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relname = trim(both '"' from '%s') AND c.relpersistence <> 't'
                  AND c.relkind IN ('r', 'v') LIMIT 1
                """
                    .formatted(relation))
            .orElse(relation);
    boolean keyed =
        trial
            .value(
                "SELECT 1 FROM pg_index WHERE indrelid = '%s'::regclass AND indisunique LIMIT 1"
                    .formatted(real))
            .isPresent();
    String source =
        "SELECT *, row_number() OVER () AS n FROM (SELECT * FROM %s LIMIT %d) r"
            .formatted(real, ROWS);
    trial.execute(
        "INSERT INTO pg_temp.%s SELECT %s FROM (%s) x".formatted(relation, items, source));
    if (!keyed) {
      trial.execute(
          "INSERT INTO pg_temp.%s SELECT %s FROM (%s) x".formatted(relation, items, source));
    }
  }

  private static Set<String> relations(Select select) {
    Set<String> relations = new TreeSet<>();
    collect(select.toSql(), relations);
    return relations;
  }

  /* Whatever follows FROM or JOIN, subqueries among them. */
  private static void collect(String sql, Set<String> relations) {
    relations.addAll(
        dev.headroom.sql.StatementShape.of(SqlTokens.of(sql)).stream()
            .flatMap(shape -> shape.relations().stream())
            .toList());
    relations.removeIf(name -> name.isEmpty());
    Optional<FromClause> from = Select.parse(sql).flatMap(each -> FromClause.parse(each.from()));
    from.ifPresent(each -> each.items().forEach(item -> relations.add(item.relation())));
  }
}

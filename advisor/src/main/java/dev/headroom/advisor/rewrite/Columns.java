package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.scratch.Trial;
import dev.headroom.advisor.statement.FromClause;
import dev.headroom.sql.SqlTokens;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What the catalog knows of columns and keys; of the unknown it says no. */
final class Columns {
  private final Trial trial;

  Columns(Trial trial) {
    this.trial = trial;
  }

  /** A column as a statement names it. */
  record Reference(String alias, String column) {

    /** {@code alias.column} or {@code column}, and nothing else. */
    static Optional<Reference> of(String expression) {
      SqlTokens tokens = SqlTokens.of(expression);
      if (tokens.size() == 3
          && tokens.isName(0)
          && tokens.isPunctuation(1, '.')
          && tokens.isName(2)) {
        return Optional.of(new Reference(tokens.name(0), tokens.name(2)));
      }
      return tokens.size() == 1 && tokens.isName(0)
          ? Optional.of(new Reference("", tokens.name(0)))
          : Optional.empty();
    }
  }

  /** The relation of a reference; of an unqualified one only where there is just one. */
  private static Optional<String> relation(FromClause from, Reference reference) {
    if (reference.alias().isEmpty()) {
      return from.items().size() == 1
          ? Optional.of(from.items().getFirst().relation())
          : Optional.empty();
    }
    return from.byAlias(reference.alias()).map(FromClause.Item::relation);
  }

  /** Is it a column that cannot be null, and not made null by an outer join either? */
  boolean isNeverNull(FromClause from, String expression) {
    Optional<Reference> reference = Reference.of(expression);
    if (reference.isEmpty() || from.items().stream().anyMatch(item -> !item.isInner())) {
      return false;
    }
    return is(from, reference.get(), "attnotnull");
  }

  /** Of which type is the column? For example {@code bigint}; empty when not known. */
  Optional<String> type(FromClause from, String expression) {
    return Reference.of(expression)
        .flatMap(
            reference ->
                relation(from, reference)
                    .flatMap(
                        relation ->
                            ask("SELECT format_type(atttypid, atttypmod)", relation, reference)));
  }

  private boolean is(FromClause from, Reference reference, String what) {
    return relation(from, reference)
        .flatMap(relation -> ask("SELECT " + what, relation, reference))
        .filter("t"::equals)
        .isPresent();
  }

  private Optional<String> ask(String select, String relation, Reference reference) {
    return query(
        "%s FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s AND attnum > 0"
            .formatted(select, quoted(relation), quoted(reference.column())));
  }

  /** Do these columns of a relation hold a key: a unique index over some of them, none null? */
  boolean holdKey(String relation, List<String> columns) {
    String list = String.join(", ", columns.stream().map(Columns::quoted).toList());
    return !columns.isEmpty()
        && query(
                """
                SELECT 1 FROM pg_index i WHERE i.indrelid = to_regclass(%s) AND i.indisunique
                AND i.indpred IS NULL AND i.indexprs IS NULL
                AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(n, o)
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n
                  WHERE k.o <= i.indnkeyatts AND (NOT a.attnotnull OR a.attname NOT IN (%s)))
                LIMIT 1
                """
                    .formatted(quoted(relation), list))
            .isPresent();
  }

  private Optional<String> query(String sql) {
    try {
      return trial.value(sql);
    } catch (SQLException e) {
      return Optional.empty();
    }
  }

  private static String quoted(String text) {
    return Trial.literal(Optional.of(text));
  }
}

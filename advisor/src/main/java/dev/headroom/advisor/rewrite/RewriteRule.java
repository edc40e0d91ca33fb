package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.statement.Select;
import java.util.List;
import java.util.Optional;

/** One way to say a statement otherwise. */
interface RewriteRule {

  /** For example {@code NOT IN → NOT EXISTS}. */
  String name();

  /** The statement otherwise, when it has the form and the catalog grants the preconditions. */
  Optional<Rewritten> apply(Select select, Columns columns);

  /**
   * A statement in other words.
   *
   * @param sql with the same parameters
   * @param comparable the original and the new one, such that they must give the same rows: without
   *     ORDER BY, LIMIT and OFFSET
   * @param why what was slow in it
   * @param conditions what must hold, and what the catalog or the measurement says about it
   */
  record Rewritten(
      String sql, String original, String comparable, String why, List<String> conditions) {
    public Rewritten {
      conditions = List.copyOf(conditions);
    }

    static Rewritten of(Select before, Select after, String why, List<String> conditions) {
      return new Rewritten(
          after.toSql(), before.unlimited().toSql(), after.unlimited().toSql(), why, conditions);
    }
  }
}

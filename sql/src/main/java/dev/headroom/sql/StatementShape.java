package dev.headroom.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What can be known of one statement without a catalog. {@link #mayRead} is necessary for a read,
 * not sufficient: the functions and relations named have to be looked up.
 *
 * @param doubt why it is not a read by its form alone, in a few words; empty when it may be one
 * @param functions names called with a parenthesis, last part only, as the catalog has them
 * @param relations names in FROM, JOIN and TABLE, schema in front when written, for example {@code
 *     public.orders}; names of the statement's own CTEs are left out
 * @param commonTables names of the statement's own CTEs
 * @param attributes names behind a dot: columns, or functions written as columns
 * @param setting of SET and RESET
 * @param subject the name in DEALLOCATE, PREPARE, EXECUTE, {@code all} for DEALLOCATE ALL; {@code
 *     temp} of a CREATE of something temporary, {@code hold} of a DECLARE … WITH HOLD; the channel
 *     of LISTEN and UNLISTEN, empty for UNLISTEN *
 * @param readOnlyBlock BEGIN … READ ONLY in which each statement has a snapshot of its own: without
 *     REPEATABLE READ, SERIALIZABLE or DEFERRABLE
 */
public record StatementShape(
    StatementKind kind,
    String doubt,
    Set<String> functions,
    Set<String> relations,
    Set<String> commonTables,
    Set<String> attributes,
    Optional<SettingChange> setting,
    String subject,
    boolean readOnlyBlock) {

  public StatementShape {
    functions = Set.copyOf(functions);
    relations = Set.copyOf(relations);
    commonTables = Set.copyOf(commonTables);
    attributes = Set.copyOf(attributes);
  }

  /** Could it be a read, if its functions and relations allow? */
  public boolean mayRead() {
    return doubt.isEmpty();
  }

  /** The statements of a text, at least one. */
  public static List<StatementShape> of(String sql) {
    return of(SqlTokens.of(sql));
  }

  /** The statements of a text, at least one: an empty text has one of kind EMPTY. */
  public static List<StatementShape> of(SqlTokens tokens) {
    List<StatementShape> shapes = new ArrayList<>(1);
    int from = 0;
    int depth = 0;
    for (int i = 0; i <= tokens.size(); i++) {
      boolean end = i == tokens.size();
      if (!end) {
        depth += tokens.isPunctuation(i, '(') ? 1 : 0;
        depth -= tokens.isPunctuation(i, ')') ? 1 : 0;
        end = depth <= 0 && tokens.isPunctuation(i, ';');
      }
      if (end) {
        if (i > from) {
          shapes.add(new ShapeReader(tokens, from, i).read());
        }
        from = i + 1;
      }
    }
    if (shapes.isEmpty()) {
      shapes.add(new ShapeReader(tokens, 0, 0).read());
    }
    return List.copyOf(shapes);
  }
}

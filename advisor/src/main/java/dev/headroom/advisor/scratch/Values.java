package dev.headroom.advisor.scratch;

import dev.headroom.advisor.plan.Plan;
import dev.headroom.advisor.statement.Subject;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values to try a statement with, where none were seen: those of rows that exist, taken together,
 * so that a tenant and its user fit. Rows are taken at random, always the same ones; large groups
 * come by as often as they have rows.
 */
public final class Values {
  private static final int SETS = 4;
  /* alias.column = $1, with casts on either side; ~~ and ~~* are LIKE and ILIKE. */
  private static final Pattern COMPARED =
      Pattern.compile(
          "\\(*(\\w+|\"[^\"]+\")\\.(\\w+|\"[^\"]+\")\\)?(?:::[\\w ]+(?:\\(\\d+\\))?)?\\)?"
              + " (=|<>|<=|>=|<|>|~~\\*?) \\(*\\$(\\d+)");
  private static final Pattern REVERSED =
      Pattern.compile("\\$(\\d+)(?:\\)?::[\\w ]+)?\\)* (=|<>|<=|>=|<|>) \\(*(\\w+)\\.(\\w+)");
  private static final Pattern CONCATENATED =
      Pattern.compile("(\\w+)\\.(\\w+)[^=<>]*\\) ~~\\*? \\(*\\$(\\d+)");

  private final Trial trial;

  public Values(Trial trial) {
    this.trial = trial;
  }

  private record Column(String alias, String relation, String name, boolean pattern) {}

  /**
   * The statement with values to try it with.
   *
   * @throws SQLException when it cannot be planned, with the reason
   */
  public Subject fill(Subject subject) throws SQLException {
    List<String> types = trial.parameterTypes(subject);
    if (types.isEmpty()) {
      return subject.withValues(List.of(List.of()));
    }
    if (!subject.values().isEmpty()) {
      return subject.withValues(
          subject.values().subList(0, Math.min(SETS, subject.values().size())));
    }
    Map<Integer, Column> columns = columns(trial.genericPlan(subject));
    Map<Integer, String> positions = positions(subject.sql());
    List<List<Optional<String>>> sets = new ArrayList<>();
    for (int set = 0; set < SETS; set++) {
      Map<Integer, Optional<String>> rows = ofRows(columns, set);
      List<Optional<String>> values = new ArrayList<>();
      for (int i = 1; i <= types.size(); i++) {
        Optional<String> value = rows.getOrDefault(i, Optional.empty());
        values.add(
            value.isPresent()
                ? value
                : Optional.of(plausible(types.get(i - 1), positions.getOrDefault(i, ""))));
      }
      if (!sets.contains(values)) {
        sets.add(values);
      }
    }
    return subject.withValues(sets);
  }

  private static Map<Integer, Column> columns(Plan plan) {
    Map<String, String> relations = new HashMap<>();
    plan.root()
        .walk(
            node -> {
              if (!node.relation().isEmpty()) {
                relations.put(node.alias(), node.relation());
              }
            });
    Map<Integer, Column> columns = new TreeMap<>();
    plan.root()
        .walk(
            node -> {
              for (String condition : node.conditions()) {
                Matcher m = COMPARED.matcher(condition);
                while (m.find()) {
                  put(columns, relations, m.group(4), m.group(1), m.group(2), m.group(3));
                }
                m = REVERSED.matcher(condition);
                while (m.find()) {
                  put(columns, relations, m.group(1), m.group(3), m.group(4), m.group(2));
                }
                m = CONCATENATED.matcher(condition);
                while (m.find()) {
                  put(columns, relations, m.group(3), m.group(1), m.group(2), "~~");
                }
              }
            });
    return columns;
  }

  private static void put(
      Map<Integer, Column> columns,
      Map<String, String> relations,
      String parameter,
      String alias,
      String column,
      String operator) {
    String relation = relations.get(alias);
    if (relation != null) {
      columns.putIfAbsent(
          Integer.parseInt(parameter),
          new Column(alias, relation, column, operator.startsWith("~~")));
    }
  }

  private Map<Integer, Optional<String>> ofRows(Map<Integer, Column> columns, int set)
      throws SQLException {
    Map<String, List<Map.Entry<Integer, Column>>> byAlias = new TreeMap<>();
    columns
        .entrySet()
        .forEach(
            entry ->
                byAlias
                    .computeIfAbsent(entry.getValue().alias(), _ -> new ArrayList<>())
                    .add(entry));
    Map<Integer, Optional<String>> values = new HashMap<>();
    for (List<Map.Entry<Integer, Column>> entries : byAlias.values()) {
      List<String> names = entries.stream().map(each -> each.getValue().name()).toList();
      String relation = entries.getFirst().getValue().relation();
      List<List<Optional<String>>> rows =
          trial.rows(
              "SELECT %s FROM %s WHERE %s ORDER BY md5(ctid::text) LIMIT 1 OFFSET %d"
                  .formatted(
                      String.join(", ", names.stream().map(n -> n + "::text").toList()),
                      relation,
                      String.join(" AND ", names.stream().map(n -> n + " IS NOT NULL").toList()),
                      set));
      for (int i = 0; i < entries.size() && !rows.isEmpty(); i++) {
        Optional<String> value = rows.getFirst().get(i);
        values.put(
            entries.get(i).getKey(),
            entries.get(i).getValue().pattern() ? value.map(Values::pattern) : value);
      }
    }
    return values;
  }

  /* A word of the value, anywhere. */
  private static String pattern(String value) {
    for (String word : value.split("\\W+")) {
      if (word.length() >= 4) {
        return "%" + word + "%";
      }
    }
    return "%" + value + "%";
  }

  /** The word before each parameter: LIMIT and OFFSET are in no condition. */
  private static Map<Integer, String> positions(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    Map<Integer, String> before = new HashMap<>();
    for (int i = 1; i < tokens.size(); i++) {
      if (tokens.kind(i) == TokenKind.PARAMETER && tokens.kind(i - 1) == TokenKind.WORD) {
        before.put(Integer.parseInt(tokens.text(i).substring(1)), tokens.name(i - 1));
      }
    }
    return before;
  }

  private static String plausible(String type, String wordBefore) {
    if (wordBefore.equals("limit")) {
      return "20";
    }
    if (wordBefore.equals("offset")) {
      return "1000";
    }
    return switch (type) {
      case "smallint", "integer", "bigint", "numeric", "real", "double precision" -> "1";
      case "boolean" -> "true";
      case "date" -> "today";
      case "timestamp without time zone", "timestamp with time zone" -> "yesterday";
      case "interval" -> "30 days";
      case "uuid" -> "00000000-0000-0000-0000-000000000000";
      case "json", "jsonb" -> "{}";
      default -> type.endsWith("[]") ? "{}" : "a";
    };
  }
}

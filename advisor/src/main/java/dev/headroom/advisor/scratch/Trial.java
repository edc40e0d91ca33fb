package dev.headroom.advisor.scratch;

import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.plan.Plan;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.advisor.statement.Subject;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs statements on the scratch copy. Whatever they change is rolled back. Used by one thread,
 * that of the copy.
 */
public final class Trial {
  private static final int RUNS = 3;
  private static final double LONG_MILLIS = 1000;

  private final Connection session;
  private final Map<String, String> prepared = new HashMap<>();

  public Trial(Connection session) {
    this.session = session;
  }

  /** A transaction that is rolled back at its end, whatever happens in it. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws SQLException;
  }

  /** Runs {@code work} and takes back all that it changed. */
  public <T> T undone(Work<T> work) throws SQLException {
    if (!session.getAutoCommit()) {
      // Inside another one already, which takes back all of it.
      return work.run();
    }
    session.setAutoCommit(false);
    try {
      return work.run();
    } finally {
      session.rollback();
      session.setAutoCommit(true);
    }
  }

  public void execute(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The rows of a query as texts; NULL is empty. */
  public List<List<Optional<String>>> rows(String sql) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<Optional<String>>> rows = new ArrayList<>();
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<Optional<String>> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(Optional.ofNullable(result.getString(i)));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  /** The first column of the first row; empty when there is none or it is NULL. */
  public Optional<String> value(String sql) throws SQLException {
    List<List<Optional<String>>> rows = rows(sql);
    return rows.isEmpty() ? Optional.empty() : rows.getFirst().getFirst();
  }

  /** Names and types of the columns that a query gives, {@code name type} each. */
  public List<String> columns(Subject subject) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet result =
            statement.executeQuery(execution(subject, subject.values().getFirst()))) {
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
        columns.add(
            result.getMetaData().getColumnLabel(i)
                + " "
                + result.getMetaData().getColumnTypeName(i));
      }
      return columns;
    }
  }

  /**
   * Makes the server know a statement.
   *
   * @return its name there
   */
  private String prepare(Subject subject) throws SQLException {
    String types = types(subject);
    String key = types + " " + subject.sql();
    String name = prepared.get(key);
    if (name == null) {
      name = "hr_" + (prepared.size() + 1);
      execute("PREPARE %s%s AS %s".formatted(name, types, subject.sql()));
      prepared.put(key, name);
    }
    return name;
  }

  /* A rewritten statement may have fewer parameters, and of the others the client knew the types. */
  private static String types(Subject subject) {
    int parameters = Snippets.parameters(subject.sql());
    List<String> known = subject.types();
    if (known.isEmpty() || parameters == 0) {
      return "";
    }
    List<String> types = new ArrayList<>();
    for (int i = 0; i < parameters; i++) {
      types.add(i < known.size() && !known.get(i).isEmpty() ? known.get(i) : "unknown");
    }
    return types.stream().collect(Collectors.joining(", ", " (", ")"));
  }

  /** Types of its parameters, as the server takes them. */
  List<String> parameterTypes(Subject subject) throws SQLException {
    String name = prepare(subject);
    try (Statement statement = session.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = '%s'"
                    .formatted(name))) {
      row.next();
      Array array = row.getArray(1);
      return Arrays.asList((String[]) array.getArray());
    }
  }

  private String execution(Subject subject, List<Optional<String>> values) throws SQLException {
    String name = prepare(subject);
    int parameters = Snippets.parameters(subject.sql());
    if (parameters == 0) {
      return "EXECUTE " + name;
    }
    List<String> literals = new ArrayList<>();
    for (int i = 0; i < parameters; i++) {
      literals.add(i < values.size() ? literal(values.get(i)) : "NULL");
    }
    return "EXECUTE " + name + " (" + String.join(", ", literals) + ")";
  }

  /** For the text of a statement. */
  public static String literal(Optional<String> value) {
    return value
        .map(
            text ->
                text.indexOf('\\') < 0
                    ? "'" + text.replace("'", "''") + "'"
                    : "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'")
        .orElse("NULL");
  }

  /** The plan for all values unknown: its conditions show {@code $1}. */
  Plan genericPlan(Subject subject) throws SQLException {
    List<Optional<String>> nothing =
        new ArrayList<>(
            java.util.Collections.nCopies(
                Snippets.parameters(subject.sql()), Optional.<String>empty()));
    String execution = execution(subject, nothing);
    return undone(
        () -> {
          execute("SET LOCAL plan_cache_mode = force_generic_plan");
          return Plan.of(value("EXPLAIN (VERBOSE, FORMAT JSON) " + execution).orElseThrow());
        });
  }

  /** The planner's choice for one set of values. */
  public Plan explain(Subject subject, List<Optional<String>> values) throws SQLException {
    String execution = execution(subject, values);
    return Plan.of(value("EXPLAIN (VERBOSE, FORMAT JSON) " + execution).orElseThrow());
  }

  /** Runs it once. */
  public Plan analyse(Subject subject, List<Optional<String>> values) throws SQLException {
    String execution = execution(subject, values);
    return undone(
        () ->
            Plan.of(
                value("EXPLAIN (ANALYZE, BUFFERS, VERBOSE, TIMING OFF, FORMAT JSON) " + execution)
                    .orElseThrow()));
  }

  /** Estimated cost, summed over its values. */
  public double cost(Subject subject) throws SQLException {
    double cost = 0;
    for (List<Optional<String>> values : subject.values()) {
      cost += explain(subject, values).cost();
    }
    return cost;
  }

  /** Of each set of values the median of some runs, then the mean of those. */
  public Measurement measure(Subject subject) throws SQLException {
    double millis = 0;
    double buffers = 0;
    String plan = "";
    double longest = -1;
    for (List<Optional<String>> values : subject.values()) {
      List<Plan> runs = new ArrayList<>();
      runs.add(analyse(subject, values));
      while (runs.size() < RUNS && runs.getLast().millis() < LONG_MILLIS) {
        runs.add(analyse(subject, values));
      }
      runs.sort(java.util.Comparator.comparingDouble(Plan::millis));
      Plan median = runs.get(runs.size() / 2);
      millis += median.millis();
      buffers += median.buffers();
      if (median.millis() > longest) {
        longest = median.millis();
        plan = median.text();
      }
    }
    int sets = subject.values().size();
    return new Measurement(millis / sets, buffers / sets, plan);
  }

  /** Whether two queries give the same rows, as often, for each set of values. */
  public boolean sameRows(Subject one, Subject other) throws SQLException {
    for (List<Optional<String>> values : one.values()) {
      String a = substituted(one, values);
      String b = substituted(other, values);
      String difference =
          "SELECT count(*) FROM (((%1$s) EXCEPT ALL (%2$s)) UNION ALL ((%2$s) EXCEPT ALL (%1$s))) d"
              .formatted(a, b);
      if (!value(difference).orElseThrow().equals("0")) {
        return false;
      }
    }
    return true;
  }

  /** Its text with values in place of parameters, each cast to its type. */
  public String substituted(Subject subject, List<Optional<String>> values) throws SQLException {
    List<String> types = parameterTypes(subject);
    StringBuilder sql = new StringBuilder();
    dev.headroom.sql.SqlTokens tokens = dev.headroom.sql.SqlTokens.of(subject.sql());
    int copied = 0;
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.kind(i) == dev.headroom.sql.TokenKind.PARAMETER) {
        int number = Integer.parseInt(tokens.text(i).substring(1));
        sql.append(subject.sql(), copied, tokens.start(i));
        Optional<String> value =
            number <= values.size() ? values.get(number - 1) : Optional.<String>empty();
        sql.append('(').append(literal(value)).append("::").append(types.get(number - 1));
        sql.append(')');
        copied = tokens.end(i);
      }
    }
    return sql.append(subject.sql().substring(copied)).toString();
  }
}

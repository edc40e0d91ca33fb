package dev.headroom.advisor;

import dev.headroom.base.UserError;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Carries out advice in the user's database: only what is SQL, and only when told to. Statements
 * run one by one in autocommit, indexes concurrently; running it twice changes nothing more.
 */
public final class Applier {
  private static final Pattern CREATES_INDEX =
      Pattern.compile(
          "^CREATE INDEX CONCURRENTLY IF NOT EXISTS (\\S+) ON (\\S+) .*", Pattern.DOTALL);

  private Applier() {}

  /**
   * What became of one piece of advice.
   *
   * @param error empty when it was carried out
   */
  public record Outcome(Advice advice, String error) {
    public boolean done() {
      return error.isEmpty();
    }
  }

  /**
   * Carries out {@code all} that can be; the others are left as they are. One that fails does not
   * keep the next from being tried.
   *
   * @throws UserError when the database cannot be reached
   */
  public static List<Outcome> apply(DatabaseTarget primary, List<Advice> all) {
    List<Outcome> outcomes = new ArrayList<>();
    try (Connection connection = primary.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '10s'");
      for (Advice advice : all) {
        if (advice.action() instanceof AdviceAction.Sql sql) {
          outcomes.add(apply(statement, advice, sql));
        }
      }
    } catch (SQLException e) {
      throw UserError.machine("%s cannot be reached: %s".formatted(primary, e.getMessage()), e);
    }
    return outcomes;
  }

  private static Outcome apply(Statement statement, Advice advice, AdviceAction.Sql sql) {
    for (String each : sql.statements()) {
      try {
        statement.execute(each);
      } catch (SQLException e) {
        dropInvalid(statement, each);
        return new Outcome(advice, String.valueOf(e.getMessage()));
      }
    }
    return new Outcome(advice.withState(AdviceState.APPLIED), "");
  }

  /* CREATE INDEX CONCURRENTLY that fails leaves an index behind that only costs. */
  private static void dropInvalid(Statement statement, String sql) {
    Matcher matcher = CREATES_INDEX.matcher(sql);
    if (!matcher.matches()) {
      return;
    }
    String table = matcher.group(2);
    int dot = table.lastIndexOf('.');
    String name = (dot < 0 ? "" : table.substring(0, dot + 1)) + matcher.group(1);
    try (java.sql.ResultSet row =
        statement.executeQuery(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('%s') AND NOT indisvalid"
                .formatted(name.replace("'", "''")))) {
      if (row.next()) {
        statement.execute("DROP INDEX CONCURRENTLY IF EXISTS " + name);
      }
    } catch (SQLException e) {
      // The first failure is what the user hears of; the invalid index is named in its message.
      return;
    }
  }

  /** All SQL of a report as a migration to read and run: psql, outside of a transaction. */
  public static String migration(AdviceReport report) {
    StringBuilder text = new StringBuilder();
    text.append("-- Advice for ").append(report.database()).append(", ").append(report.at());
    text.append(
        """

        -- Run outside of a transaction (psql -f; in Rails disable_ddl_transaction!, in Flyway
        -- executeInTransaction=false): CREATE INDEX CONCURRENTLY allows none.
        """);
    for (Advice advice : report.advice()) {
      if (advice.action() instanceof AdviceAction.Sql sql) {
        text.append("\n-- ").append(advice.id()).append(": ").append(advice.title()).append('\n');
        advice
            .evidence()
            .notes()
            .forEach(note -> text.append("--   ").append(oneLine(note)).append('\n'));
        sql.statements().forEach(each -> text.append(each).append(";\n"));
        sql.undo().forEach(each -> text.append("-- undo: ").append(oneLine(each)).append(";\n"));
      }
    }
    return text.toString();
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  /**
   * The pieces of the document of a report as one overlay; empty when there are none.
   *
   * @param cache the document's own entries of {@code spec.gateway.cache}, which stay the first: an
   *     overlay's list takes the place of the one below
   */
  public static String document(String app, AdviceReport report, List<String> cache) {
    List<String> entries = new ArrayList<>();
    for (Advice advice : report.of(AdviceKind.CACHEABLE_ENDPOINT)) {
      advice
          .action()
          .text()
          .lines()
          .filter(line -> line.trim().startsWith("- {"))
          .map(String::trim)
          .forEach(entries::add);
    }
    List<String> pool =
        report.of(AdviceKind.POOL).stream()
            .filter(advice -> advice.action() instanceof AdviceAction.Document)
            .flatMap(advice -> advice.action().text().lines())
            .filter(line -> line.trim().startsWith("router:"))
            .toList();
    if (entries.isEmpty() && pool.isEmpty()) {
      return "";
    }
    if (!entries.isEmpty()) {
      entries.addAll(0, cache);
    }
    StringBuilder yaml = new StringBuilder();
    yaml.append("apiVersion: headroom.dev/v1alpha1\nkind: ScaledApp\nmetadata: {name: ");
    yaml.append(app).append("}\nspec:\n");
    pool.forEach(line -> yaml.append(line).append('\n'));
    if (!entries.isEmpty()) {
      yaml.append("  gateway:\n    cache:\n");
      entries.forEach(entry -> yaml.append("      ").append(entry).append('\n'));
    }
    return yaml.toString();
  }
}

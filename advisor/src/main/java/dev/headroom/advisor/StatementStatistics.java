package dev.headroom.advisor;

import dev.headroom.base.UserError;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code pg_stat_statements} has counted, of all servers of a group together: reads are
 * counted where they ran, so a primary alone would not know of what its replicas do.
 *
 * @param observed since the counters of the first server were reset
 */
record StatementStatistics(Duration observed, double totalMillis, List<SlowStatement> statements) {

  /* Statements of other databases, of this program, and about the session are not the user's. */
  private static final String QUERY =
      """
      SELECT s.queryid, s.query, s.calls, s.total_exec_time + s.total_plan_time AS millis, s.rows,
             s.shared_blks_hit + s.shared_blks_read AS buffers
      FROM %1$s.pg_stat_statements s
      WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND s.toplevel AND s.calls > 0
        AND s.query !~* '^\\s*(set|reset|begin|start|commit|end|rollback|abort|show|deallocate|discard|savepoint|release|explain|create|alter|drop|analyze|vacuum|copy|do|grant|refresh|checkpoint|truncate|listen|unlisten)\\M'
        AND s.query !~* '\\mpg_(stat|catalog|class|index|attribute|stats|namespace|database|settings|current_wal|last_wal|is_in_recovery|proc|type|constraint|extension|locks|replication)'
      """;

  private record Sum(String text, long calls, double millis, long rows, long buffers) {
    Sum plus(Sum other) {
      return new Sum(
          text,
          calls + other.calls,
          millis + other.millis,
          rows + other.rows,
          buffers + other.buffers);
    }
  }

  /**
   * Reads the counters of the primary and of its replicas.
   *
   * @throws UserError when the extension is missing, or the user may not see others' statements
   */
  static StatementStatistics read(List<Connection> servers) {
    Map<Long, Sum> sums = new HashMap<>();
    Duration observed = Duration.ZERO;
    for (Connection server : servers) {
      try {
        String schema = schema(server);
        Duration here = observed(server, schema);
        observed = here.compareTo(observed) > 0 ? here : observed;
        read(server, schema, sums);
      } catch (SQLException e) {
        throw UserError.machine(
            "pg_stat_statements cannot be read: " + e.getMessage() + "; " + HOW_TO, e);
      }
    }
    double total = sums.values().stream().mapToDouble(Sum::millis).sum();
    List<SlowStatement> statements = new ArrayList<>();
    sums.forEach(
        (id, sum) ->
            statements.add(
                new SlowStatement(
                    id,
                    sum.text(),
                    sum.calls(),
                    sum.millis(),
                    total == 0 ? 0 : sum.millis() / total,
                    (double) sum.rows() / sum.calls(),
                    (double) sum.buffers() / sum.calls(),
                    Optional.empty())));
    statements.sort(
        Comparator.comparingDouble(SlowStatement::totalMillis)
            .reversed()
            .thenComparingLong(SlowStatement::queryId));
    return new StatementStatistics(observed, total, List.copyOf(statements));
  }

  private static final String HOW_TO =
      "expected: shared_preload_libraries = 'pg_stat_statements' (on by default at RDS and Cloud"
          + " SQL), then CREATE EXTENSION pg_stat_statements, and GRANT pg_read_all_stats to the"
          + " user";

  private static String schema(Connection server) throws SQLException {
    try (Statement statement = server.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT quote_ident(n.nspname) FROM pg_extension e"
                    + " JOIN pg_namespace n ON n.oid = e.extnamespace"
                    + " WHERE e.extname = 'pg_stat_statements'")) {
      if (!row.next()) {
        throw UserError.machine("pg_stat_statements: not installed (" + HOW_TO + ")");
      }
      return row.getString(1);
    }
  }

  private static Duration observed(Connection server, String schema) throws SQLException {
    try (Statement statement = server.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT greatest(1, extract(epoch FROM now() - stats_reset))"
                    + " FROM %s.pg_stat_statements_info".formatted(schema))) {
      row.next();
      return Duration.ofMillis((long) (row.getDouble(1) * 1000));
    }
  }

  private static void read(Connection server, String schema, Map<Long, Sum> sums)
      throws SQLException {
    try (Statement statement = server.createStatement();
        ResultSet row = statement.executeQuery(QUERY.replace("%1$s", schema))) {
      while (row.next()) {
        Sum sum =
            new Sum(
                row.getString("query"),
                row.getLong("calls"),
                row.getDouble("millis"),
                row.getLong("rows"),
                row.getLong("buffers"));
        // The same statement by another user, or on another server.
        sums.merge(row.getLong("queryid"), sum, Sum::plus);
      }
    }
  }
}

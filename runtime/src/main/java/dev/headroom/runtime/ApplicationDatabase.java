package dev.headroom.runtime;

import dev.headroom.base.UserError;
import dev.headroom.engines.PostgresServer;
import dev.headroom.spec.DatabaseSpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What the application finds on the primary: its role, its database, the extensions we need. */
final class ApplicationDatabase {
  private ApplicationDatabase() {}

  /**
   * Makes each of them, only if it is not there.
   *
   * @throws UserError when the primary refuses
   */
  static void prepare(PostgresServer primary, DatabaseSpec spec, String password) {
    try (Connection connection = primary.connect("postgres")) {
      if (!exists(
          connection, "SELECT FROM pg_roles WHERE rolname = '" + literal(spec.user()) + "'")) {
        execute(
            connection,
            "CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE pg_monitor"
                .formatted(identifier(spec.user()), literal(password)));
      }
      if (!exists(
          connection, "SELECT FROM pg_database WHERE datname = '" + literal(spec.name()) + "'")) {
        execute(
            connection,
            "CREATE DATABASE %s OWNER %s"
                .formatted(identifier(spec.name()), identifier(spec.user())));
      }
    } catch (SQLException e) {
      throw UserError.machine("The database cannot be prepared: " + e.getMessage(), e);
    }
    try (Connection connection = primary.connect(spec.name())) {
      execute(connection, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    } catch (SQLException e) {
      throw UserError.machine("The database cannot be prepared: " + e.getMessage(), e);
    }
  }

  private static boolean exists(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next();
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String literal(String text) {
    return text.replace("'", "''");
  }

  private static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}

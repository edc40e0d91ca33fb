package dev.headroom.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What PostgreSQL says of a statement.
 *
 * @param blocks shared buffers that it touched
 * @param rows rows that its nodes saw, those that they threw away included
 */
record Plan(String text, long blocks, long rows) {

  /** Runs it and undoes what it did. */
  static Plan analyzed(Connection connection, TestTracker.Statement statement) throws SQLException {
    return explain(connection, statement, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ", "");
  }

  /**
   * Plans it as on a large table: reading everything is out of the question, which on a few pages
   * it would not be.
   */
  static Plan large(Connection connection, TestTracker.Statement statement) throws SQLException {
    return explain(
        connection,
        statement,
        "EXPLAIN (FORMAT JSON) ",
        "SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 1.1");
  }

  private static Plan explain(
      Connection connection, TestTracker.Statement statement, String explain, String settings)
      throws SQLException {
    connection.setAutoCommit(false);
    try (Statement set = connection.createStatement();
        PreparedStatement explained = connection.prepareStatement(explain + statement.sql())) {
      if (!settings.isEmpty()) {
        set.execute(settings);
      }
      for (int i = 0; i < statement.parameters().size(); i++) {
        explained.setObject(i + 1, statement.parameters().get(i));
      }
      try (ResultSet result = explained.executeQuery()) {
        result.next();
        String text = result.getString(1);
        JsonNode plan = new ObjectMapper().readTree(text).path(0).path("Plan");
        return new Plan(
            text,
            plan.path("Shared Hit Blocks").asLong() + plan.path("Shared Read Blocks").asLong(),
            rows(plan));
      }
    } catch (IOException e) {
      throw new AssertionError(statement.sql(), e);
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private static long rows(JsonNode node) {
    double seen = node.path("Actual Rows").asDouble();
    seen += node.path("Rows Removed by Filter").asDouble();
    seen += node.path("Rows Removed by Join Filter").asDouble();
    long rows = Math.round(seen * node.path("Actual Loops").asDouble());
    for (JsonNode child : node.path("Plans")) {
      rows += rows(child);
    }
    return rows;
  }
}

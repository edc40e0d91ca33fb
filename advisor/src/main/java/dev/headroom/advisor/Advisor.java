package dev.headroom.advisor;

import dev.headroom.base.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Analyses a database. Thread-safe; an analysis keeps its caller's thread. */
public final class Advisor {
  private static final int SLOW_STATEMENTS = 40;

  private final TimeSource time;

  public Advisor(TimeSource time) {
    this.time = time;
  }

  /**
   * Looks at a database and proposes what to do. Only reads there.
   *
   * @param primary where changes would be made
   * @param replicas whose counters belong to the same application; may be empty
   * @throws dev.headroom.base.UserError when a server cannot be reached or does not count
   *     statements
   */
  public AdviceReport analyse(DatabaseTarget primary, List<DatabaseTarget> replicas) {
    List<Connection> sessions = new ArrayList<>();
    try {
      sessions.add(primary.connectReadOnly());
      replicas.forEach(replica -> sessions.add(replica.connectReadOnly()));
      StatementStatistics statistics = StatementStatistics.read(sessions);
      return new AdviceReport(
          primary.toString(),
          time.now(),
          statistics.observed(),
          statistics.statements().stream().limit(SLOW_STATEMENTS).toList(),
          List.of(),
          List.of("Only slow statements are reported yet."));
    } finally {
      for (Connection session : sessions) {
        close(session);
      }
    }
  }

  private static void close(Connection session) {
    try {
      session.close();
    } catch (SQLException e) {
      // The server has ended it already: nothing is left to do.
    }
  }
}

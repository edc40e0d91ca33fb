package dev.headroom.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresExtensionIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(2);

  @Test
  void replicasReplayThePrimary() throws SQLException {
    POSTGRES.execute("CREATE TABLE t (n int)", "INSERT INTO t SELECT generate_series(1, 10)");
    POSTGRES.awaitReplay();

    for (int i = 0; i < 2; i++) {
      try (Connection replica = POSTGRES.connectToReplica(i);
          Statement statement = replica.createStatement();
          ResultSet row = statement.executeQuery("SELECT sum(n) FROM t")) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(55);
        assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (1)"))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
      }
    }
  }

  @Test
  void replicasStream() throws SQLException {
    try (Connection primary = POSTGRES.primary().connect("postgres");
        Statement statement = primary.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT string_agg(application_name || ' ' || state, ',' ORDER BY 1)"
                    + " FROM pg_stat_replication")) {
      row.next();
      assertThat(row.getString(1)).isEqualTo("replica_1 streaming,replica_2 streaming");
    }
  }
}

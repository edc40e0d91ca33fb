package dev.headroom.engines;

import dev.headroom.base.ByteSize;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** The vocabulary of the tests with real servers. */
final class TestServers {
  static final Duration SOON = Duration.ofSeconds(20);

  private TestServers() {}

  static PostgresSettings postgres(Path folder, String name) {
    return PostgresSettings.of(
            name,
            folder.resolve(name),
            folder.resolve(name + ".log"),
            FreePorts.ofThisJvm().next(),
            "postgres",
            "it's a \\ secret")
        .withFsync(false)
        .withMaxConnections(20)
        .withSharedBuffers(ByteSize.mebibytes(16));
  }

  static PostgresSettings standbyOf(PostgresSettings primary, Path folder, String name) {
    return primary
        .member(
            name, folder.resolve(name), folder.resolve(name + ".log"), FreePorts.ofThisJvm().next())
        .withUpstream(primary.asUpstreamOf(name));
  }

  static RedisSettings redis(Path folder, String name) {
    return RedisSettings.of(
        name,
        folder.resolve(name),
        folder.resolve(name + ".log"),
        FreePorts.ofThisJvm().nextForRedis());
  }

  static String ask(PostgresServer server, String query) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    }
  }

  static void tell(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Whether {@code query} answers {@code expected} soon. */
  static boolean soonAnswers(PostgresServer server, String query, String expected)
      throws InterruptedException {
    return Waiting.until(
        SOON,
        () -> {
          try {
            return ask(server, query).equals(expected);
          } catch (SQLException e) {
            return false;
          }
        });
  }
}

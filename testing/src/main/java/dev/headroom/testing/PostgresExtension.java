package dev.headroom.testing;

import dev.headroom.engines.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real PostgreSQL for a test class, which gets an empty database of its own in it:
 *
 * <pre>{@code
 * @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();
 * }</pre>
 *
 * <p>The field must be static. Shared servers live until the last test; the user is a superuser.
 */
public final class PostgresExtension implements BeforeAllCallback, AfterAllCallback {
  private static final Duration REPLAY_BOUND = Duration.ofSeconds(20);
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final boolean shared;
  private final int replicas;
  private final Map<String, String> parameters;
  private @Nullable PostgresGroup group;
  private String database = "";

  private PostgresExtension(boolean shared, int replicas, Map<String, String> parameters) {
    this.shared = shared;
    this.replicas = replicas;
    this.parameters = Map.copyOf(parameters);
  }

  /** One server for all classes of this JVM that ask for the same replicas and parameters. */
  public static PostgresExtension shared() {
    return new PostgresExtension(true, 0, Map.of());
  }

  /** A server for this class alone, which may stop, kill or promote it. */
  public static PostgresExtension exclusive() {
    return new PostgresExtension(false, 0, Map.of());
  }

  /** The same with {@code count} streaming replicas. */
  public PostgresExtension withReplicas(int count) {
    return new PostgresExtension(shared, count, parameters);
  }

  /** The same with one more line of postgresql.conf. */
  public PostgresExtension withParameter(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(parameters);
    more.put(name, value);
    return new PostgresExtension(shared, replicas, more);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws SQLException {
    PostgresGroup running =
        shared ? sharedGroup(context) : PostgresGroup.start(replicas, parameters);
    group = running;
    database = "test_" + DATABASES.incrementAndGet();
    try (Connection connection = running.primary().connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + database);
    }
    awaitReplay();
  }

  private PostgresGroup sharedGroup(ExtensionContext context) {
    String key = replicas + " " + parameters;
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(PostgresExtension.class))
        .computeIfAbsent(key, _ -> PostgresGroup.start(replicas, parameters), PostgresGroup.class);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (!shared && group != null) {
      group.close();
    }
    group = null;
  }

  private PostgresGroup group() {
    if (group == null) {
      throw new IllegalStateException(
          "PostgreSQL is not running (expected: a static @RegisterExtension field)");
    }
    return group;
  }

  public PostgresServer primary() {
    return group().primary();
  }

  public List<PostgresServer> replicas() {
    return group().replicas();
  }

  /** Replica number {@code index}, from 0. */
  public PostgresServer replica(int index) {
    return replicas().get(index);
  }

  public String host() {
    return primary().settings().host();
  }

  public int port() {
    return primary().settings().port();
  }

  public String user() {
    return primary().settings().user();
  }

  public String password() {
    return primary().settings().password();
  }

  /** Name of this class's own database. */
  public String database() {
    return database;
  }

  /** JDBC address of this class's database on the primary, without user and password. */
  public String url() {
    return primary().jdbcUrl(database);
  }

  /** A connection to this class's database on the primary. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), user(), password());
  }

  /** A connection to this class's database on a replica. */
  public Connection connectToReplica(int index) throws SQLException {
    return replica(index).connect(database);
  }

  /** Runs statements in this class's database on the primary. */
  public void execute(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Returns once every replica has replayed all that the primary has written so far. */
  public void awaitReplay() throws SQLException {
    String written = text(primary(), "SELECT pg_current_wal_lsn()");
    for (PostgresServer replica : replicas()) {
      Await.until(
          REPLAY_BOUND,
          () ->
              text(replica, "SELECT pg_last_wal_replay_lsn() >= '" + written + "'::pg_lsn")
                  .equals("t"));
    }
  }

  private static String text(PostgresServer server, String query) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    }
  }
}

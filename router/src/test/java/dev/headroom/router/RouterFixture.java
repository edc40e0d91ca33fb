package dev.headroom.router;

import dev.headroom.base.TimeSource;
import dev.headroom.engines.PostgresServer;
import dev.headroom.signals.QuerySample;
import dev.headroom.signals.Telemetry;
import dev.headroom.spec.RouterSpec;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A router over a test's servers, what it has told, and questions to it. */
final class RouterFixture implements AutoCloseable {
  static final Duration BOUND = Duration.ofSeconds(20);

  final PostgresExtension postgres;
  final Router router;
  final ConcurrentLinkedQueue<QuerySample> samples = new ConcurrentLinkedQueue<>();
  final ConcurrentLinkedQueue<Telemetry> telemetry = new ConcurrentLinkedQueue<>();

  RouterFixture(PostgresExtension postgres, int pool, Duration queueTimeout) {
    this(postgres, pool, queueTimeout, Duration.ofSeconds(60));
  }

  RouterFixture(PostgresExtension postgres, int pool, Duration queueTimeout, Duration maxLag) {
    this(postgres, spec(pool, queueTimeout, maxLag), access(postgres));
  }

  RouterFixture(PostgresExtension postgres, RouterSpec spec, DatabaseAccess access) {
    this(postgres, spec, access, members(postgres));
  }

  RouterFixture(
      PostgresExtension postgres, RouterSpec spec, DatabaseAccess access, List<Member> members) {
    this(postgres, spec, access, ClientAccess.APPLICATION_ONLY, members);
  }

  RouterFixture(
      PostgresExtension postgres, RouterSpec spec, DatabaseAccess access, ClientAccess clients) {
    this(postgres, spec, access, clients, members(postgres));
  }

  private RouterFixture(
      PostgresExtension postgres,
      RouterSpec spec,
      DatabaseAccess access,
      ClientAccess clients,
      List<Member> members) {
    this.postgres = postgres;
    this.router =
        Router.start(
            spec, members, access, clients, samples::add, telemetry::add, TimeSource.system());
  }

  static RouterSpec spec(int pool, Duration queueTimeout, Duration maxLag) {
    return new RouterSpec(
        0,
        "127.0.0.1",
        new RouterSpec.PoolSize(OptionalInt.of(pool)),
        queueTimeout,
        Duration.ZERO,
        maxLag);
  }

  static DatabaseAccess access(PostgresExtension postgres) {
    return new DatabaseAccess(postgres.database(), postgres.user(), postgres.password());
  }

  private static List<Member> members(PostgresExtension postgres) {
    List<PostgresServer> servers = new ArrayList<>();
    servers.add(postgres.primary());
    servers.addAll(postgres.replicas());
    return servers.stream().map(RouterFixture::member).toList();
  }

  static Member member(PostgresServer server) {
    return new Member(
        server.settings().name(),
        new InetSocketAddress(server.settings().host(), server.settings().port()));
  }

  String url(String options) {
    return url(postgres.database(), options);
  }

  String url(String database, String options) {
    return "jdbc:postgresql://127.0.0.1:"
        + router.address().getPort()
        + "/"
        + database
        + "?user="
        + postgres.user()
        + "&password="
        + postgres.password()
        + options;
  }

  Connection connect() throws SQLException {
    return connect("");
  }

  Connection connect(String options) throws SQLException {
    return DriverManager.getConnection(url(options));
  }

  /** To the admin database. */
  Connection admin() throws SQLException {
    return DriverManager.getConnection(url("headroom", "&preferQueryMode=simple"));
  }

  /** Is the server that answers {@code sql} a replica? By the router's own account. */
  String roleOf(Connection connection, String sql) throws SQLException {
    samples.clear();
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    return samples.stream().map(QuerySample::role).reduce((a, b) -> b).orElse("nobody");
  }

  static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns once reads go to replicas: roles found, catalogs read, replicas fresh. */
  void awaitReads(Connection connection) {
    Await.until(BOUND, () -> roleOf(connection, "SELECT 1").equals("replica"));
  }

  /** Replica {@code index} stands still. */
  void pause(int index) throws SQLException {
    onReplica(index, "SELECT pg_wal_replay_pause()");
    Await.until(
        BOUND,
        () -> {
          try (Connection c = postgres.connectToReplica(index)) {
            return text(c, "SELECT pg_get_wal_replay_pause_state()").equals("paused");
          }
        });
  }

  void resume(int index) throws SQLException {
    onReplica(index, "SELECT pg_wal_replay_resume()");
  }

  private void onReplica(int index, String sql) throws SQLException {
    try (Connection c = postgres.connectToReplica(index)) {
      execute(c, sql);
    }
  }

  @Override
  public void close() {
    router.close();
  }
}

package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.FrontendMessage;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A client, its server process, or the router itself is killed at every step of the protocol: all
 * others go on, and nothing of the dead is left behind.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(1);

  private static final String OF_CLIENTS =
      " FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client"
          + " backend' AND pid <> pg_backend_pid() AND application_name NOT IN ('headroom router"
          + " monitor', 'headroom router sampler', 'headroom router catalogs', 'test')";

  /** What a client has sent, and up to which answer it has read. */
  private record Step(String name, Act act) {}

  private interface Act {
    void on(WireClient client) throws IOException;
  }

  private static Step step(String name, Act act) {
    return new Step(name, act);
  }

  /* What a client does once it has logged in, each on the state that the one before has left. */
  private static final List<Step> LIFE =
      List.of(
          step("logged in", client -> {}),
          step("setting", client -> done(client.query("SET application_name = 'dead'"))),
          step(
              "parsed, not synced",
              client ->
                  client
                      .send(
                          new FrontendMessage.Parse(
                              "s", "INSERT INTO entry VALUES ($1)", List.of(23)),
                          new FrontendMessage.Flush())
                      .await(BackendMessage.ParseComplete.class)),
          step(
              "executed, not synced",
              client ->
                  client
                      .send(
                          bind(1), new FrontendMessage.Execute("", 0), new FrontendMessage.Flush())
                      .await(BackendMessage.CommandComplete.class)),
          step("synced", client -> done(client.send(new FrontendMessage.Sync()))),
          step("sync lost", client -> client.send(bind(2), new FrontendMessage.Execute("", 0))),
          step("synced again", client -> done(client.send(new FrontendMessage.Sync()))),
          step("begun", client -> done(client.query("BEGIN"))),
          step("written", client -> done(client.query("INSERT INTO entry VALUES (3)"))),
          step("failed", client -> done(client.query("SELECT 1 / 0"))),
          step("rolled back", client -> done(client.query("ROLLBACK"))),
          step(
              "copying in",
              client ->
                  client.query("COPY entry FROM STDIN").await(BackendMessage.CopyInResponse.class)),
          step(
              "copied a part",
              client -> client.send(new FrontendMessage.CopyData(Bytes.of("4\n5")))),
          step("copied", client -> done(client.send(new FrontendMessage.CopyDone()))),
          step("begun read only", client -> done(client.query("BEGIN READ ONLY"))),
          step("read", client -> done(client.query("SELECT count(*) FROM entry"))),
          step("committed", client -> done(client.query("COMMIT"))),
          step(
              "reading much",
              client ->
                  client
                      .query("SELECT repeat('x', 1000) FROM generate_series(1, 50000)")
                      .await(BackendMessage.DataRow.class)),
          step("read much", WireClient::sqlState),
          step("session state", client -> done(client.query("CREATE TEMP TABLE leftover ()"))),
          step("locked", client -> done(client.query("SELECT pg_advisory_lock(4711)"))),
          step("running", client -> client.query("SELECT pg_sleep(600), 'of the dead'")));

  private static void done(WireClient client) {
    client.await(BackendMessage.ReadyForQuery.class);
  }

  private static FrontendMessage bind(int id) {
    return new FrontendMessage.Bind(
        "", "s", List.of(), List.of(Optional.of(Bytes.of(Integer.toString(id)))), List.of());
  }

  @BeforeAll
  static void schema() throws SQLException {
    POSTGRES.execute("CREATE TABLE entry (id int)");
  }

  private static WireClient loggedIn(int port) throws IOException {
    return new WireClient(port)
        .startup(POSTGRES.user(), POSTGRES.database())
        .authenticate(POSTGRES.password());
  }

  private static WireClient upTo(int step, int port) throws IOException {
    WireClient client = loggedIn(port);
    for (int i = 0; i <= step; i++) {
      LIFE.get(i).act.on(client);
    }
    return client;
  }

  @Test
  void aClientThatIsKilledLeavesNothingBehind() throws Exception {
    try (RouterFixture router = new RouterFixture(POSTGRES, 2, Duration.ofSeconds(10));
        Connection witness = router.connect()) {
      router.awaitReads(witness);
      int port = router.router.address().getPort();
      for (int i = 0; i < LIFE.size(); i++) {
        upTo(i, port).vanish();
        assertNothingIsLeft(LIFE.get(i).name, witness);
      }
    }
  }

  @Test
  void aClientThatIsKilledInTheMiddleOfAMessageLeavesNothingBehind() throws Exception {
    byte[] login = startupBytes();
    List<byte[]> messages =
        List.of(
            new FrontendMessage.Query("INSERT INTO entry VALUES (6)").encode(),
            new FrontendMessage.Parse("s", "INSERT INTO entry VALUES ($1)", List.of(23)).encode(),
            bind(7).encode(),
            new FrontendMessage.Execute("", 0).encode(),
            new FrontendMessage.Sync().encode());
    try (RouterFixture router = new RouterFixture(POSTGRES, 2, Duration.ofSeconds(10));
        Connection witness = router.connect()) {
      router.awaitReads(witness);
      int port = router.router.address().getPort();
      for (int cut = 1; cut < login.length; cut += 7) {
        new WireClient(port).send(Arrays.copyOf(login, cut)).vanish();
      }
      for (byte[] message : messages) {
        for (int cut = 1; cut < message.length; cut += 3) {
          loggedIn(port).send(Arrays.copyOf(message, cut)).vanish();
          WireClient inside = loggedIn(port);
          done(inside.query("BEGIN"));
          inside.send(Arrays.copyOf(message, cut)).vanish();
        }
      }
      assertNothingIsLeft("half messages", witness);
      assertThat(RouterFixture.text(witness, "SELECT count(*) FROM entry WHERE id IN (6, 7)"))
          .isEqualTo("0");
    }
  }

  private static byte[] startupBytes() {
    return new FrontendMessage.Startup(
            FrontendMessage.Startup.VERSION_3_0,
            Map.of("user", POSTGRES.user(), "database", POSTGRES.database()))
        .encode();
  }

  @Test
  void aServerProcessThatIsKilledCostsItsOwnClientAlone() throws Exception {
    Set<String> said = Set.of("57P01", "08006", "08007", "closed", "");
    try (RouterFixture router = new RouterFixture(POSTGRES, 4, Duration.ofSeconds(10));
        Connection witness = router.connect()) {
      router.awaitReads(witness);
      int port = router.router.address().getPort();
      for (int i = 0; i < LIFE.size(); i++) {
        String name = LIFE.get(i).name;
        try (WireClient client = upTo(i, port)) {
          killServerProcesses();
          // It hears of it now, or when it goes on; what comes next is answered or the end.
          client.send(new FrontendMessage.Sync());
          String first = client.sqlState();
          assertThat(said).as(name).contains(first);
          if (!first.equals("closed") && !first.equals("57P01")) {
            try {
              client.query("SELECT 1");
            } catch (UncheckedIOException e) {
              // The end came meanwhile.
            }
            assertThat(said).as(name + ", next").contains(client.sqlState());
          }
        }
        assertNothingIsLeft(name, witness);
      }
    }
  }

  private static void killServerProcesses() throws SQLException {
    for (Connection c : List.of(direct(), POSTGRES.connectToReplica(0))) {
      try (c) {
        RouterFixture.text(c, "SELECT count(pg_terminate_backend(pid))" + OF_CLIENTS);
      }
    }
  }

  @Test
  void aRouterThatIsKilledLeavesNothingBehind() throws Exception {
    Process process = RouterProcess.start(POSTGRES);
    List<WireClient> clients = new ArrayList<>();
    try {
      int port = RouterProcess.port(process);
      for (int i = 0; i < LIFE.size() - 2; i++) {
        clients.add(upTo(i, port));
      }
      process.destroyForcibly().waitFor();
      for (WireClient client : clients) {
        assertThat(client.sqlState()).isEqualTo("closed");
      }
      try (RouterFixture router = new RouterFixture(POSTGRES, 2, Duration.ofSeconds(10));
          Connection witness = router.connect()) {
        router.awaitReads(witness);
        assertNothingIsLeft("router", witness);
      }
    } finally {
      process.destroyForcibly().waitFor();
      clients.forEach(WireClient::close);
    }
  }

  private static Connection direct() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", POSTGRES.user());
    properties.setProperty("password", POSTGRES.password());
    properties.setProperty("ApplicationName", "test");
    return DriverManager.getConnection(POSTGRES.url(), properties);
  }

  /* No transaction, no lock, no running statement, no temporary table, no setting. */
  private static void assertNothingIsLeft(String after, Connection witness) throws SQLException {
    try (Connection c = direct()) {
      Await.until(
          RouterFixture.BOUND,
          () ->
              RouterFixture.text(c, "SELECT count(*)" + OF_CLIENTS + " AND state <> 'idle'")
                  .equals("0"));
      Await.until(
          RouterFixture.BOUND,
          () ->
              RouterFixture.text(
                      c,
                      "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
                          + " + (SELECT count(*) FROM pg_class WHERE relname = 'leftover')")
                  .equals("0"));
    }
    RouterFixture.execute(witness, "BEGIN");
    RouterFixture.execute(witness, "SET LOCAL lock_timeout = '5s'");
    RouterFixture.execute(witness, "LOCK TABLE entry IN ACCESS EXCLUSIVE MODE");
    RouterFixture.execute(witness, "INSERT INTO entry VALUES (100)");
    RouterFixture.execute(witness, "COMMIT");
    assertThat(RouterFixture.text(witness, "SHOW application_name")).as(after).isNotEqualTo("dead");
    assertThat(RouterFixture.text(witness, "SELECT count(*) FROM entry WHERE id = 3"))
        .as(after)
        .isEqualTo("0");
  }

  /** A router in a process of its own, which tells its port. */
  static final class RouterProcess {
    private RouterProcess() {}

    static Process start(PostgresExtension postgres) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  RouterProcess.class.getName(),
                  postgres.database(),
                  postgres.user(),
                  postgres.password(),
                  Integer.toString(postgres.port())));
      postgres.replicas().forEach(r -> command.add(Integer.toString(r.settings().port())));
      return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    static int port(Process process) throws IOException {
      return Integer.parseInt(process.inputReader().readLine());
    }

    public static void main(String[] args) throws InterruptedException {
      List<Member> members = new ArrayList<>();
      for (int i = 3; i < args.length; i++) {
        members.add(
            new Member(
                "pg-" + i,
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), Integer.parseInt(args[i]))));
      }
      Router router =
          Router.start(
              RouterFixture.spec(30, Duration.ofSeconds(10), Duration.ofSeconds(60)),
              members,
              new DatabaseAccess(args[0], args[1], args[2]),
              ClientAccess.APPLICATION_ONLY,
              QueryListener.NONE,
              telemetry -> {},
              TimeSource.system());
      System.out.println(router.address().getPort());
      Thread.sleep(Long.MAX_VALUE);
    }
  }
}

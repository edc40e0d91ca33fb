package dev.headroom.demo.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.demo.api.TestTracker.Answer;
import dev.headroom.demo.api.TestTracker.Statement;
import dev.headroom.demo.db.Database;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.faults.KnownFault;
import dev.headroom.demo.mailer.Jobs;
import dev.headroom.demo.mailer.Outbox;
import dev.headroom.demo.partner.Partner;
import dev.headroom.demo.telemetry.Telemetry;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import io.opentelemetry.api.trace.TracerProvider;
import java.net.BindException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each switch of {@code faults.yaml} alone, on and off: what the file says must be measured. */
class FaultsIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();

  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final long USER = 1;
  private static final int CALLS = 6;

  private static long project;
  private static long issue;
  private static String reference = "";

  @BeforeAll
  static void data() throws SQLException {
    TestTracker.fill(POSTGRES);
    project =
        number(
            "SELECT project_id FROM issues WHERE tenant_id = 1 GROUP BY 1 ORDER BY count(*) DESC");
    issue =
        number(
            "SELECT i.id FROM issues i JOIN attachments a ON a.issue_id = i.id WHERE tenant_id ="
                + " 1");
    reference =
        "EXT-" + number("SELECT id FROM issues WHERE tenant_id = 1 AND external_ref IS NOT NULL");
  }

  static List<KnownFault> faults() {
    return KnownFault.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void theSwitchIsMeasured(KnownFault fault) throws Exception {
    switch (fault.measure()) {
      case "wait" -> {
        long on = waited(fault, true);
        assertThat(on).isGreaterThanOrEqualTo(Math.round(fault.times() * waited(fault, false)));
      }
      case "queries" -> {
        assertThat(executions(fault, true)).isGreaterThanOrEqualTo(fault.atLeast());
        assertThat(executions(fault, false)).isLessThanOrEqualTo(1);
      }
      case "index" -> {
        assertThat(usesTheCure(fault, true)).isFalse();
        assertThat(usesTheCure(fault, false)).isTrue();
      }
      case "blocks" -> costs(fault, Plan::blocks);
      case "rows" -> costs(fault, Plan::rows);
      case "cache" -> {
        assertThat(repeated(fault, true)).isPositive();
        assertThat(repeated(fault, false)).isZero();
      }
      case "lock" -> {
        assertThat(aWriteWaits(fault, true)).isTrue();
        assertThat(aWriteWaits(fault, false)).isFalse();
      }
      case "pool" -> {
        requestsWaitForConnections();
        requestsHaveTheirConnections();
      }
      case "headers" -> assets(fault);
      case "parallel" -> {
        double on = secondsOfCallsAtOnce(fault, true);
        assertThat(on).isGreaterThan(fault.times() * secondsOfCallsAtOnce(fault, false));
      }
      default -> throw new AssertionError("measure: " + fault.measure());
    }
  }

  private static TestTracker tracker(KnownFault fault, boolean on, String... settings)
      throws SQLException, BindException {
    TestTracker tracker = TestTracker.start(POSTGRES, on ? fault.fault().id() : "none", settings);
    tracker.loginAs(USER);
    tracker.statements();
    return tracker;
  }

  private static Answer ask(TestTracker tracker, KnownFault fault) {
    String method = fault.endpoint().substring(0, fault.endpoint().indexOf(' '));
    String path =
        fault
            .endpoint()
            .substring(method.length() + 1)
            .replace("{projectId}", Long.toString(project))
            .replace("{issueId}", Long.toString(issue))
            .replace("{userId}", Long.toString(USER));
    String body =
        switch (path) {
          case "/api/login" -> "{\"email\":\"user-1@demo.example\",\"password\":\"demo\"}";
          case "/api/integrations/sync" -> "{\"ref\":\"" + reference + "\"}";
          default -> "";
        };
    String query =
        switch (path) {
          case "/api/search" -> "?q=login";
          // Few tenants of the small data have as many users as a page.
          case "/api/users" -> "?limit=5";
          default -> "";
        };
    Answer answer = tracker.send(method, path + query, body);
    assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
    return answer;
  }

  private static long waited(KnownFault fault, boolean on) throws Exception {
    try (TestTracker tracker = tracker(fault, on, "DEMO_WAITS=0.3")) {
      return Long.parseLong(ask(tracker, fault).header("X-Emulated-Wait-Ms"));
    }
  }

  /** The statements that the fault is about, as they were sent with the switch on or off. */
  private static List<Statement> statements(KnownFault fault, boolean on) throws Exception {
    String expected = (on ? fault.query() : fault.cured().or(fault::query)).orElseThrow();
    List<Statement> all =
        fault.endpoint().startsWith("mailer ") ? worker(fault, on) : requested(fault, on);
    return all.stream().filter(s -> numbered(s.sql()).equals(expected)).toList();
  }

  private static List<Statement> requested(KnownFault fault, boolean on) throws Exception {
    try (TestTracker tracker = tracker(fault, on)) {
      ask(tracker, fault);
      return tracker.statements();
    }
  }

  /** The worker's round: mail, then the jobs twice with a new notification in between. */
  private static List<Statement> worker(KnownFault fault, boolean on) throws Exception {
    Faults faults = Faults.parse(on ? fault.fault().id() : "none");
    List<Statement> sent = new CopyOnWriteArrayList<>();
    TestTracker.start(POSTGRES, faults.toString()).close();
    try (Database database =
        new Database(
            TestTracker.url(POSTGRES),
            2,
            "mailer",
            TracerProvider.noop().get("test"),
            (sql, parameters, rows) -> sent.add(new Statement(sql, parameters)))) {
      new Outbox(database, Optional.empty()).sendSome();
      Jobs jobs = new Jobs(database, faults);
      jobs.run();
      POSTGRES.execute("INSERT INTO notifications (user_id, issue_id, kind) VALUES (1, 1, 'x')");
      jobs.run();
    }
    return sent;
  }

  /** Parameters as pg_stat_statements shows them. */
  private static String numbered(String sql) {
    Matcher mark = Pattern.compile("\\?").matcher(sql);
    int[] n = {0};
    return mark.replaceAll(
        m -> {
          n[0]++;
          return "\\$" + n[0];
        });
  }

  private static int executions(KnownFault fault, boolean on) throws Exception {
    return statements(fault, on).size();
  }

  private static boolean usesTheCure(KnownFault fault, boolean on) throws Exception {
    List<Statement> statements = statements(fault, on);
    assertThat(statements).isNotEmpty();
    try (Connection connection = POSTGRES.connect()) {
      return Plan.large(connection, statements.getFirst())
          .text()
          .contains(fault.fault().indexName());
    }
  }

  private static void costs(KnownFault fault, ToLongFunction<Plan> measure) throws Exception {
    long on = cost(fault, true, measure);
    long off = cost(fault, false, measure);
    assertThat(on).as("%s, %d when cured", fault.measure(), off).isPositive();
    assertThat((double) on).isGreaterThanOrEqualTo(fault.times() * off);
  }

  private static long cost(KnownFault fault, boolean on, ToLongFunction<Plan> measure)
      throws Exception {
    List<Statement> statements = statements(fault, on);
    assertThat(statements).isNotEmpty();
    long cost = 0;
    try (Connection connection = POSTGRES.connect()) {
      for (Statement statement : statements) {
        cost += measure.applyAsLong(Plan.analyzed(connection, statement));
      }
    }
    return cost;
  }

  /** Statements of a request that was made before; a cured one also tells the caches so. */
  private static int repeated(KnownFault fault, boolean on) throws Exception {
    try (TestTracker tracker = tracker(fault, on)) {
      String first = ask(tracker, fault).body();
      tracker.statements();
      Answer second = ask(tracker, fault);
      assertThat(second.body()).isEqualTo(first);
      assertThat(second.header("Cache-Control")).isEqualTo(on ? "" : "private, max-age=5");
      return tracker.statements().size();
    }
  }

  private static boolean aWriteWaits(KnownFault fault, boolean on) throws Exception {
    try (TestTracker tracker = tracker(fault, on, "DEMO_WAITS=4")) {
      String title = "renamed " + on + System.nanoTime();
      CompletableFuture<Answer> report =
          tracker.sendLater("POST", "/api/reports/rebuild?force=true", "");
      String started =
          on
              ? "SELECT count(*) FROM pg_locks WHERE relation = 'issues'::regclass"
                  + " AND mode = 'ShareLock' AND granted"
              : "SELECT 1";
      Await.until(BOUND, () -> number(started) > 0);
      CompletableFuture<Answer> write =
          tracker.sendLater("PATCH", "/api/issues/" + issue, "{\"title\":\"" + title + "\"}");
      boolean[] waits = {false};
      Await.until(
          BOUND,
          () -> {
            waits[0] |=
                number(
                        "SELECT count(*) FROM pg_locks WHERE relation = 'issues'::regclass"
                            + " AND NOT granted")
                    > 0;
            return number("SELECT count(*) FROM issues WHERE title = '" + title + "'") > 0;
          });
      assertThat(report.isDone() || !on).as("a waiting write came before the report").isTrue();
      assertThat(report.join().status()).isEqualTo(200);
      assertThat(write.join().status()).isEqualTo(200);
      return waits[0];
    }
  }

  private static void requestsWaitForConnections() throws Exception {
    try (TestTracker tracker = TestTracker.start(POSTGRES, "pool-too-small", "DEMO_WAITS=5")) {
      tracker.loginAs(USER);
      List<CompletableFuture<Answer>> calls = dashboards(tracker);
      Await.until(BOUND, () -> pool(tracker).equals("[2,0,3] of 5"));
      calls.forEach(CompletableFuture::join);
    }
  }

  private static void requestsHaveTheirConnections() throws Exception {
    try (TestTracker tracker = TestTracker.start(POSTGRES, "none", "DEMO_WAITS=5")) {
      tracker.loginAs(USER);
      // The cache would answer all but one; other paths are other entries.
      List<CompletableFuture<Answer>> calls = dashboards(tracker);
      Await.until(BOUND, () -> pool(tracker).matches("\\[0,\\d,0] of 5"));
      calls.forEach(CompletableFuture::join);
    }
  }

  private static List<CompletableFuture<Answer>> dashboards(TestTracker tracker) {
    return IntStream.range(0, 5)
        .mapToObj(i -> tracker.sendLater("GET", "/api/dashboard?view=" + i, ""))
        .toList();
  }

  private static String pool(TestTracker tracker) {
    var health = tracker.get("/healthz").json();
    return health.path("pool") + " of " + health.path("busy");
  }

  private static void assets(KnownFault fault) throws Exception {
    for (boolean on : new boolean[] {true, false}) {
      try (TestTracker tracker = tracker(fault, on)) {
        Matcher script =
            Pattern.compile("/assets/app\\.[0-9a-f]{10}\\.js").matcher(tracker.get("/").body());
        assertThat(script.find()).isTrue();
        Answer asset = tracker.get(script.group(), "Accept-Encoding", "gzip");
        assertThat(asset.status()).isEqualTo(200);
        assertThat(asset.header("Content-Encoding")).isEqualTo(on ? "" : "gzip");
        assertThat(asset.header("Cache-Control"))
            .isEqualTo(on ? "" : "public, max-age=31536000, immutable");
        if (!on) {
          assertThat(tracker.get(script.group(), "If-None-Match", asset.header("ETag")).status())
              .isEqualTo(304);
        }
      }
    }
  }

  private static double secondsOfCallsAtOnce(KnownFault fault, boolean on) throws Exception {
    Faults faults = Faults.parse(on ? fault.fault().id() : "none");
    try (Partner partner = Partner.start("127.0.0.1", 0, 200, faults, Telemetry.none());
        TestTracker tracker =
            tracker(fault, on, "PARTNER_URL=http://127.0.0.1:" + partner.port())) {
      ask(tracker, fault);
      long start = System.nanoTime();
      List<CompletableFuture<Answer>> calls =
          IntStream.range(0, CALLS)
              .mapToObj(i -> tracker.sendLater("POST", "/api/integrations/sync", ""))
              .toList();
      calls.forEach(call -> assertThat(call.join().status()).isEqualTo(200));
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static long number(String sql) throws SQLException {
    try (Connection connection = POSTGRES.connect();
        var statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }
}

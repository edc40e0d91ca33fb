package dev.headroom.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.advisor.DatabaseTarget;
import dev.headroom.advisor.Observations;
import dev.headroom.apm.Ingest;
import dev.headroom.apm.TelemetryStore;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.FreePorts;
import dev.headroom.router.ClientAccess;
import dev.headroom.router.DatabaseAccess;
import dev.headroom.router.Member;
import dev.headroom.router.Router;
import dev.headroom.signals.Exchange;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceContext;
import dev.headroom.signals.TraceId;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Source;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * The sample application with all its faults, as processes of its own, behind a real router that
 * tells the advisor; and some users who ask for everything, each request traced.
 */
final class TrackerUnderAdvice implements AutoCloseable {
  private static final Path JAR = HeadroomProcess.ROOT.resolve("demo/target/demo-0.1.0.jar");
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final Path folder;
  private final DatabaseTarget target;
  private final Observations observations;
  private final TelemetryStore store;
  private final Ingest ingest;
  private final Router router;
  private final List<Process> processes = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final SplittableRandom random = new SplittableRandom(7);
  private int port;

  private record User(String token, String tenant, String id) {}

  private TrackerUnderAdvice(
      Path folder,
      DatabaseTarget target,
      Observations observations,
      TelemetryStore store,
      Ingest ingest,
      Router router) {
    this.folder = folder;
    this.target = target;
    this.observations = observations;
    this.store = store;
    this.ingest = ingest;
    this.router = router;
  }

  /** Fills the database and starts the application. */
  static TrackerUnderAdvice start(PostgresExtension postgres, Path folder, String size)
      throws IOException, InterruptedException, SQLException {
    DatabaseTarget target =
        new DatabaseTarget(
            postgres.host(),
            postgres.port(),
            postgres.database(),
            postgres.user(),
            postgres.password(),
            Map.of());
    ScaledApp app =
        Documents.parse(
            List.of(
                new Source(
                    "test", DemoRun.FREE_PORTS + "  services: {api: {command: [x], port: 1}}\n")));
    TelemetryStore store = TelemetryStore.inMemory(TimeSource.system());
    Observations observations = Observations.start();
    Router router =
        Router.start(
            app.router(),
            List.of(new Member("pg", new InetSocketAddress(postgres.host(), postgres.port()))),
            new DatabaseAccess(postgres.database(), postgres.user(), postgres.password()),
            ClientAccess.APPLICATION_ONLY,
            observations::statement,
            store,
            TimeSource.system());
    TrackerUnderAdvice tracker =
        new TrackerUnderAdvice(
            folder, target, observations, store, Ingest.start(app.apm(), store), router);
    Process generate =
        tracker.launch(
            "generate", target.host(), target.port(), Map.of(), "generate", "--size", size);
    if (!generate.waitFor(3, TimeUnit.MINUTES) || generate.exitValue() != 0) {
      throw new AssertionError(Files.readString(folder.resolve("generate.log")));
    }
    postgres.execute(
        "CREATE EXTENSION IF NOT EXISTS pg_stat_statements",
        "VACUUM ANALYZE",
        "SELECT pg_stat_statements_reset()");
    tracker.port = FreePorts.ofThisJvm().next();
    InetSocketAddress through = router.address();
    tracker.launch(
        "api",
        through.getHostString(),
        through.getPort(),
        Map.of("PORT", Integer.toString(tracker.port), "DEMO_WAITS", "0"),
        "api");
    Await.until(BOUND, () -> tracker.healthy());
    return tracker;
  }

  private boolean healthy() {
    try {
      return http.send(
                  HttpRequest.newBuilder(uri("/healthz")).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private Process launch(
      String name, String host, int databasePort, Map<String, String> environment, String... args)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "DATABASE_URL",
                "postgres://%s:%s@%s:%d/%s"
                    .formatted(
                        target.user(), target.password(), host, databasePort, target.database()),
                "DEMO_FAULTS",
                "all",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:" + ingest.httpPort(),
                "DEMO_JOBS_SECONDS",
                "3"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  DatabaseTarget target() {
    return target;
  }

  Observations observations() {
    return observations;
  }

  /** The worker, for a while: mail and the nightly jobs. */
  void work(Duration time) throws IOException, InterruptedException {
    Process mailer =
        launch(
            "mailer",
            router.address().getHostString(),
            router.address().getPort(),
            Map.of(),
            "mailer");
    Thread.sleep(time.toMillis());
    mailer.destroy();
    mailer.waitFor(20, TimeUnit.SECONDS);
  }

  /** Every endpoint that the faults are about, by some users of three tenants. */
  void ask(int rounds) throws IOException, InterruptedException, SQLException {
    List<Long> people = new ArrayList<>();
    try (Connection connection = target.connect();
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY tenant_id ORDER BY id)"
                    + " n FROM users WHERE tenant_id IN (SELECT tenant_id FROM users GROUP BY 1"
                    + " ORDER BY count(*) DESC, 1 LIMIT 3)) u WHERE n <= 4")) {
      while (row.next()) {
        people.add(row.getLong(1));
      }
    }
    List<User> users = new ArrayList<>();
    for (long person : people) {
      users.add(login(person));
    }
    for (int round = 0; round < rounds; round++) {
      for (User user : users) {
        round(user, round);
      }
    }
  }

  private User login(long id) throws IOException, InterruptedException {
    String body =
        ask(
            new User("", "", ""),
            "POST",
            "/api/login",
            "/api/login",
            "{\"email\":\"user-%d@demo.example\",\"password\":\"demo\"}".formatted(id));
    String token = HeadroomProcess.json(body).path("token").asText();
    JsonNode claims =
        HeadroomProcess.json(
            new String(
                Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8));
    return new User(token, claims.path("org").asText(), claims.path("sub").asText());
  }

  private void round(User user, int round) throws IOException, InterruptedException {
    get(user, "/api/me");
    String projects = get(user, "/api/projects", "/api/projects?limit=50");
    long project = first(projects, round % 2);
    get(user, "/api/projects/{projectId}", "/api/projects/" + project);
    String issues =
        get(
            user,
            "/api/projects/{projectId}/issues",
            "/api/projects/" + project + "/issues?limit=50");
    long issue = first(issues, round);
    for (String part : List.of("", "/comments", "/attachments", "/history")) {
      get(user, "/api/issues/{issueId}" + part, "/api/issues/" + issue + part);
    }
    get(user, "/api/boards/{projectId}", "/api/boards/" + project);
    get(user, "/api/labels");
    get(user, "/api/users");
    get(user, "/api/users/{userId}", "/api/users/" + user.id());
    get(user, "/api/users/{userId}/activity", "/api/users/" + user.id() + "/activity");
    get(user, "/api/dashboard");
    get(user, "/api/notifications", "/api/notifications?limit=20");
    get(user, "/api/search", "/api/search?q=" + List.of("login", "error", "slow").get(round % 3));
    for (String report : List.of("throughput", "workload", "ageing")) {
      get(user, "/api/reports/" + report);
    }
    get(user, "/api/audit", "/api/audit?limit=20");
    if (round == 0) {
      get(user, "/api/exports/{projectId}", "/api/exports/" + project);
      ask(user, "POST", "/api/reports/rebuild", "/api/reports/rebuild?force=true", "");
      ask(user, "POST", "/api/login", "/api/login", credentials(user));
    }
    ask(
        user,
        "POST",
        "/api/integrations/sync",
        "/api/integrations/sync",
        "{\"ref\":\"EXT-" + issue + "\"}");
  }

  private static String credentials(User user) {
    return "{\"email\":\"user-%s@demo.example\",\"password\":\"demo\"}".formatted(user.id());
  }

  private static long first(String body, int at) {
    JsonNode items = HeadroomProcess.json(body).path("items");
    return items.path(at % Math.max(1, items.size())).path("id").asLong();
  }

  private String get(User user, String path) throws IOException, InterruptedException {
    return ask(user, "GET", path, path, "");
  }

  private String get(User user, String route, String path)
      throws IOException, InterruptedException {
    return ask(user, "GET", route, path, "");
  }

  private String ask(User user, String method, String route, String path, String body)
      throws IOException, InterruptedException {
    TraceContext trace =
        new TraceContext(
            new TraceId(random.nextLong(), random.nextLong()), new SpanId(random.nextLong()), true);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(BOUND)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("traceparent", "00-%s-%s-01".formatted(trace.traceId(), trace.spanId()));
    if (!user.token().isEmpty()) {
      request.header("Authorization", "Bearer " + user.token());
    }
    long start = System.nanoTime();
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new AssertionError(method + " " + path + ": " + answer.statusCode() + answer.body());
    }
    observations.request(
        new Exchange(
            TimeSource.system().epochNanos(),
            "api",
            "api-1",
            method,
            route,
            path,
            answer.statusCode(),
            System.nanoTime() - start,
            0,
            0,
            answer.body().length(),
            trace,
            Optional.empty()),
        user.tenant(),
        user.id());
    return answer.body();
  }

  String log(String name) {
    try {
      return Files.readString(folder.resolve(name + ".log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    http.close();
    router.close();
    ingest.close();
    store.close();
    observations.close();
  }
}

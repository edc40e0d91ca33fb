package dev.headroom.demo.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.demo.api.TestTracker.Answer;
import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.db.StatementListener;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrackerIT {
  @RegisterExtension static final PostgresExtension POSTGRES = PostgresExtension.shared();

  private static final Duration BOUND = Duration.ofSeconds(30);

  @BeforeAll
  static void data() throws SQLException {
    TestTracker.fill(POSTGRES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "none"})
  void everyEndpointAnswers(String faults, @TempDir Path folder) throws Exception {
    Path log = folder.resolve("access.log");
    try (TestTracker tracker = TestTracker.start(POSTGRES, faults, "DEMO_ACCESS_LOG=" + log)) {
      tracker.loginAs(3);
      JsonNode project = expect(201, tracker.send("POST", "/api/projects", "{\"name\":\"Moon\"}"));
      String projectPath = "/api/projects/" + project.path("id");
      JsonNode issue =
          expect(
              201,
              tracker.send(
                  "POST",
                  projectPath + "/issues",
                  "{\"title\":\"Landing\",\"body\":\"soft\",\"priority\":\"high\"}"));
      String issuePath = "/api/issues/" + issue.path("id");
      assertThat(expect(200, tracker.get(issuePath)).path("title").asText()).isEqualTo("Landing");
      expect(201, tracker.send("POST", issuePath + "/comments", "{\"body\":\"Done?\"}"));
      assertThat(items(tracker, issuePath + "/comments")).hasSize(1);
      expect(201, tracker.send("POST", issuePath + "/attachments?name=a.txt", "content"));
      assertThat(items(tracker, issuePath + "/attachments")).hasSize(1);
      long label = items(tracker, "/api/labels").getFirst().path("id").asLong();
      expect(200, tracker.send("PUT", issuePath + "/labels", "{\"labels\":[" + label + "]}"));
      JsonNode changed = expect(200, tracker.send("PATCH", issuePath, "{\"status\":\"closed\"}"));
      assertThat(changed.path("status").asText()).isEqualTo("closed");
      assertThat(items(tracker, issuePath + "/history"))
          .extracting(event -> event.path("kind").asText())
          .containsExactly(
              "issue.closed",
              "issue.labelled",
              "issue.attached",
              "issue.commented",
              "issue.created");
      assertThat(items(tracker, "/api/projects").getFirst().path("name").asText())
          .isEqualTo("Moon");
      assertThat(items(tracker, projectPath + "/issues?status=closed")).hasSize(1);
      for (String path :
          List.of(
              "/api/me",
              projectPath,
              "/api/search?q=login",
              "/api/notifications",
              "/api/users",
              "/api/users/3",
              "/api/users/3/activity",
              "/api/dashboard",
              "/api/boards/" + project.path("id"),
              "/api/reports/throughput",
              "/api/reports/workload",
              "/api/reports/ageing",
              "/api/audit",
              "/healthz")) {
        expect(200, tracker.get(path));
      }
      expect(200, tracker.send("POST", "/api/notifications/read", ""));
      expect(200, tracker.send("POST", "/api/reports/rebuild", ""));
      expect(200, tracker.send("POST", "/api/integrations/sync", ""));
      Answer export = tracker.get("/api/exports/" + project.path("id"));
      assertThat(export.header("Content-Type")).startsWith("text/csv");
      assertThat(export.body().lines()).hasSize(2);
      assertThat(tracker.get("/").status()).isEqualTo(200);
      assertThat(tracker.get("/assets/logo.svg").status()).isEqualTo(200);
      assertThat(tracker.send("DELETE", issuePath, "").status()).isEqualTo(204);
      assertThat(tracker.get(issuePath).status()).isEqualTo(404);
    }
    assertThat(Files.readAllLines(log))
        .hasSizeGreaterThan(35)
        .allSatisfy(line -> assertThat(line).matches("\\S+ [A-Z]+ /\\S* \\d{3} [0-9.]+"))
        .anySatisfy(line -> assertThat(line).contains(" GET /api/issues/{issueId} 404 "));
  }

  private static JsonNode expect(int status, Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("X-Replica")).startsWith("api-");
    return answer.json();
  }

  private static List<JsonNode> items(TestTracker tracker, String path) {
    List<JsonNode> items = new ArrayList<>();
    expect(200, tracker.get(path)).path("items").forEach(items::add);
    return items;
  }

  @Test
  void refusesWhatIsWrong() throws Exception {
    try (TestTracker tracker = TestTracker.start(POSTGRES, "all")) {
      assertThat(tracker.get("/api/me").status()).isEqualTo(401);
      assertThat(tracker.login(999_999).status()).isEqualTo(401);
      assertThat(tracker.withToken("x.y.z").get("/api/me").status()).isEqualTo(401);
      tracker.loginAs(2);
      assertThat(tracker.get("/api/issues/none").status()).isEqualTo(404);
      assertThat(tracker.get("/api/none").status()).isEqualTo(404);
      assertThat(tracker.send("PUT", "/api/me", "").status()).isEqualTo(405);
      assertThat(tracker.send("POST", "/api/projects", "[]").status()).isEqualTo(400);
      assertThat(tracker.send("POST", "/api/projects", "{}").body()).contains("name is missing");
      Answer other = tracker.get("/api/users/1");
      assertThat(other.status()).as("a user of another tenant").isEqualTo(404);
    }
  }

  @Test
  void aUserWhoWroteIsNotServedFromTheTenantsCache() throws Exception {
    try (TestTracker tracker = TestTracker.start(POSTGRES, "none")) {
      tracker.loginAs(4);
      tracker.get("/api/projects");
      assertThat(tracker.get("/api/projects").header("X-App-Cache")).isEqualTo("hit");
      tracker.send("POST", "/api/projects", "{\"name\":\"Fresh\"}");
      Answer after = tracker.get("/api/projects");
      assertThat(after.header("X-App-Cache")).isEmpty();
      assertThat(after.json().path("items").path(0).path("name").asText()).isEqualTo("Fresh");
    }
  }

  @Test
  void eachSessionNamesItsUserToTheDatabase() {
    try (Database database = database()) {
      assertThat(keyOf(database, "user-17")).isEqualTo("user-17");
      assertThat(keyOf(database, "user-18")).isEqualTo("user-18");
      assertThat(keyOf(database, "")).isEmpty();
      assertThat(keyOf(database, "o'hara")).isEqualTo("o'hara");
    }
  }

  private static Database database() {
    return new Database(
        TestTracker.url(POSTGRES),
        1,
        "test",
        TracerProvider.noop().get("test"),
        StatementListener.NONE);
  }

  private static String keyOf(Database database, String user) {
    try (Session session = database.session(user, Context.root())) {
      return session
          .first("SELECT current_setting('headroom.key') AS key")
          .orElseThrow()
          .text("key");
    }
  }

  @Test
  void connectionsThatBreakAreReplaced() throws Exception {
    try (TestTracker tracker = TestTracker.start(POSTGRES, "all")) {
      tracker.loginAs(5);
      for (int i = 0; i < 3; i++) {
        assertThat(tracker.get("/api/me").status()).isEqualTo(200);
        POSTGRES.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE application_name LIKE 'api-%' AND datname = current_database()");
        assertThat(tracker.get("/api/me").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aWriteWhoseConnectionBreaksIsReportedAndNotRepeated() throws Exception {
    try (Database database = database()) {
      try (Session session = database.session("user-1", Context.root())) {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                () ->
                    session.write(
                        tx -> {
                          tx.rows("SELECT 1");
                          terminateOthers();
                          return tx.rows("SELECT 2");
                        }))
            .isInstanceOf(dev.headroom.demo.db.Unavailable.class);
        assertThat(session.number("SELECT 3")).isEqualTo(3);
      }
    }
  }

  private static void terminateOthers() {
    try {
      POSTGRES.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE application_name = 'test' AND datname = current_database()");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void changesReachTheTenantsWebSocketsAndNoOthers() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    try (TestTracker tracker = TestTracker.start(POSTGRES, "all")) {
      Heard other = Heard.at(client, tracker.loginAs(1));
      Heard mine = Heard.at(client, tracker.loginAs(6));
      Await.until(BOUND, () -> mine.hears("hello") && other.hears("hello"));
      long project = tracker.get("/api/projects").json().path("items").path(0).path("id").asLong();
      // The first look at the trail only learns where it ends.
      Await.until(
          BOUND,
          () -> {
            tracker.send("POST", "/api/projects/" + project + "/issues", "{\"title\":\"Live\"}");
            return mine.hears("issue.created");
          });
      assertThat(other.hears("issue.created")).isFalse();
      assertThat(tracker.get("/ws/live").status()).isEqualTo(404);
    } finally {
      client.shutdownNow();
    }
  }

  /** What a WebSocket was told. */
  private record Heard(CompletableFuture<WebSocket> socket, List<String> messages) {
    static Heard at(HttpClient client, TestTracker tracker) {
      List<String> messages = new CopyOnWriteArrayList<>();
      return new Heard(
          client
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create(
                      "ws://127.0.0.1:" + tracker.port() + "/ws/live?token=" + tracker.token()),
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                        WebSocket webSocket, CharSequence data, boolean last) {
                      messages.add(data.toString());
                      webSocket.request(1);
                      return CompletableFuture.completedStage(null);
                    }
                  }),
          messages);
    }

    boolean hears(String word) {
      return messages.stream().anyMatch(message -> message.contains(word));
    }
  }

  @Test
  void aStoppingReplicaFinishesWhatRuns() throws Exception {
    TestTracker tracker = TestTracker.start(POSTGRES, "all", "DEMO_WAITS=5", "DEMO_DRAIN_MS=300");
    tracker.loginAs(7);
    CompletableFuture<Answer> running = tracker.sendLater("GET", "/api/me", "");
    Await.until(BOUND, () -> tracker.get("/healthz").json().path("busy").asInt() == 1);
    Thread stop = Thread.ofVirtual().start(tracker::drain);
    Await.until(BOUND, () -> tracker.get("/healthz").status() == 503);
    assertThat(running.join().status()).isEqualTo(200);
    assertThat(stop.join(BOUND)).isTrue();
  }
}

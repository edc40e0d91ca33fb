package dev.headroom.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.demo.data.DataSize;
import dev.headroom.demo.data.Generator;
import dev.headroom.demo.data.Schema;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.telemetry.Telemetry;
import dev.headroom.testing.PostgresExtension;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A replica of the API in this process, on the small data, with one user logged in. */
final class TestTracker implements AutoCloseable {
  /** A statement that the replica sent. */
  record Statement(String sql, List<@Nullable Object> parameters) {}

  record Answer(int status, String body, java.net.http.HttpHeaders headers) {
    JsonNode json() {
      try {
        return new ObjectMapper().readTree(body);
      } catch (IOException e) {
        throw new AssertionError(body, e);
      }
    }

    String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Api api;
  private final List<Statement> statements;
  private String token = "";

  private TestTracker(Api api, List<Statement> statements) {
    this.api = api;
    this.statements = statements;
  }

  static String url(PostgresExtension postgres) {
    return postgres.url() + "?user=" + postgres.user() + "&password=" + postgres.password();
  }

  /** Loads the small data, unless it is there. */
  static void fill(PostgresExtension postgres) throws SQLException {
    try (Connection connection = postgres.connect()) {
      Generator.run(
          connection,
          DataSize.SMALL,
          Generator.SEED,
          LocalDate.now(ZoneOffset.UTC),
          Faults.parse("all"),
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }
  }

  static TestTracker start(PostgresExtension postgres, String faults, String... settings)
      throws SQLException, BindException {
    try (Connection connection = postgres.connect()) {
      Schema.apply(Faults.parse(faults), connection);
    }
    Map<String, String> values = new HashMap<>();
    values.put("PORT", "0");
    values.put("JDBC_DATABASE_URL", url(postgres));
    values.put("DEMO_FAULTS", faults);
    values.put("DEMO_WAITS", "0");
    values.put("DEMO_DRAIN_MS", "0");
    values.put("DEMO_WORKERS", "8");
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      values.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    List<Statement> statements = new CopyOnWriteArrayList<>();
    Api api =
        Api.start(
            ApiConfig.of(new Settings(values)),
            Telemetry.none(),
            (sql, parameters, rows) -> statements.add(new Statement(sql, parameters)));
    return new TestTracker(api, statements);
  }

  TestTracker loginAs(long user) {
    JsonNode answer = login(user).json();
    token = answer.path("token").asText();
    return this;
  }

  TestTracker withToken(String other) {
    token = other;
    return this;
  }

  Answer login(long user) {
    return send(
        "POST",
        "/api/login",
        "{\"email\":\"user-" + user + "@demo.example\",\"password\":\"demo\"}");
  }

  int port() {
    return api.port();
  }

  String token() {
    return token;
  }

  Answer get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  Answer send(String method, String path, String body, String... headers) {
    return sendLater(method, path, body, headers).join();
  }

  CompletableFuture<Answer> sendLater(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT
        .sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .thenApply(r -> new Answer(r.statusCode(), r.body(), r.headers()));
  }

  /** What was sent to the database since the last call. */
  List<Statement> statements() {
    List<Statement> sent = List.copyOf(statements);
    statements.clear();
    return sent;
  }

  /** A replica that stops as it does on SIGTERM. */
  void drain() {
    api.drain();
  }

  @Override
  public void close() {
    api.close();
  }
}

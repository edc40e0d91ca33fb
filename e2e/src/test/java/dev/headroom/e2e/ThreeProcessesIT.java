package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headroom.testing.Await;
import dev.headroom.testing.PostgresExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateway, router and server as separate processes, around an application and a database of others.
 */
class ThreeProcessesIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES = PostgresExtension.shared().withReplicas(2);

  private static final Duration START_BOUND = Duration.ofSeconds(40);
  private static final Duration TELEMETRY_BOUND = Duration.ofSeconds(40);
  private static final int READS = 40;
  private static final int WRITES = 15;

  @TempDir private Path folder;

  @Test
  void requestsAndQueriesShowUpAtTheServerWithTheRightCounts()
      throws IOException, SQLException, InterruptedException {
    POSTGRES.execute("CREATE TABLE note (id serial PRIMARY KEY, text text)");
    POSTGRES.awaitReplay();
    Instant begin = Instant.now();
    try (Application application = Application.start();
        HeadroomProcess server =
            HeadroomProcess.start(folder, role("server", application.port()))) {
      server.awaitOutput("console on", START_BOUND);
      String telemetry = "http://127.0.0.1:" + server.port("otlp-http");
      try (HeadroomProcess router = role("router", application.port(), telemetry);
          HeadroomProcess gateway = role("gateway", application.port(), telemetry)) {
        router.awaitOutput("router on", START_BOUND);
        gateway.awaitOutput("gateway on", START_BOUND);
        application.database(port(router, "router on postgres://127\\.0\\.0\\.1:(\\d+)"));
        String url =
            "http://127.0.0.1:" + port(gateway, "gateway on http://127\\.0\\.0\\.1:(\\d+)");
        Await.until(START_BOUND, () -> gateway.get(url + "/healthz").statusCode() == 200);

        for (int i = 0; i < WRITES; i++) {
          assertThat(gateway.get(url + "/add/" + i).body()).isEqualTo("1");
        }
        for (int i = 0; i < READS; i++) {
          assertThat(gateway.get(url + "/notes/" + i).body()).isEqualTo(Integer.toString(WRITES));
        }

        String since = "since=" + begin;
        Await.until(TELEMETRY_BOUND, () -> requests(server, since, "/notes/{id}") >= READS);
        assertThat(requests(server, since, "/notes/{id}")).isEqualTo(READS);
        assertThat(requests(server, since, "/add/{id}")).isEqualTo(WRITES);
        Await.until(TELEMETRY_BOUND, () -> query(server, since, "count(*)", "count") >= READS);
        assertThat(query(server, since, "count(*)", "count")).isEqualTo(READS);
        assertThat(query(server, since, "count(*)", "onReplicas")).isPositive();
        assertThat(query(server, since, "insert into note", "count")).isEqualTo(WRITES);
        assertThat(query(server, since, "insert into note", "onReplicas")).isZero();

        assertThat(gateway.interrupt()).isEqualTo(130);
        assertThat(router.interrupt()).isEqualTo(130);
      }
      assertThat(server.interrupt()).isEqualTo(130);
    }
  }

  private HeadroomProcess role(String role, int application, String telemetry) throws IOException {
    List<String> arguments =
        java.util.stream.Stream.concat(
                role(role, application).stream(),
                java.util.stream.Stream.of("--telemetry", telemetry))
            .toList();
    return HeadroomProcess.raw(folder, folder.resolve("state"), arguments);
  }

  /* One document for all three. */
  private List<String> role(String role, int application) throws IOException {
    Path document = folder.resolve("app.yaml");
    Files.writeString(
        document,
        DemoRun.FREE_PORTS
            + """
              services: {web: {endpoints: ["http://127.0.0.1:%d"], health: {path: /healthz}}}
              database:
                primary: "%s"
                readReplicas: ["%s", "%s"]
              redis: {shards: 0}
            """
                .formatted(
                    application,
                    url(POSTGRES.port()),
                    url(POSTGRES.replica(0).settings().port()),
                    url(POSTGRES.replica(1).settings().port())));
    return List.of(role, "-f", document.toString());
  }

  private static String url(int port) {
    return "postgres://%s:%s@127.0.0.1:%d/%s"
        .formatted(POSTGRES.user(), POSTGRES.password(), port, POSTGRES.database());
  }

  private static int port(HeadroomProcess process, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(process.output());
    assertThat(matcher.find()).as(process.output()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private static long requests(HeadroomProcess server, String since, String route) {
    long count = 0;
    for (JsonNode endpoint : server.api("/api/v1/endpoints?" + since).path("endpoints")) {
      if (endpoint.path("route").asText().equals(route)) {
        assertThat(endpoint.path("service").asText()).isEqualTo("web");
        count += endpoint.path("count").asLong();
      }
    }
    return count;
  }

  private static long query(HeadroomProcess server, String since, String part, String figure) {
    long sum = 0;
    for (JsonNode query : server.api("/api/v1/queries?" + since)) {
      if (query.path("text").asText().toLowerCase(java.util.Locale.ROOT).contains(part)) {
        sum += query.path(figure).asLong();
      }
    }
    return sum;
  }

  /**
   * Somebody's application: it knows an address of PostgreSQL, which happens to be the router's.
   */
  private static final class Application implements AutoCloseable {
    private final HttpServer server;
    private volatile int database;

    private Application(HttpServer server) {
      this.server = server;
    }

    static Application start() throws IOException {
      Application application =
          new Application(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
      application.on("/healthz", "");
      application.on("/notes/", "SELECT count(*) FROM note");
      application.on(
          "/add/", "WITH added AS (INSERT INTO note (text) VALUES ('x') RETURNING 1) SELECT 1");
      application.server.start();
      return application;
    }

    private void on(String path, String query) {
      server.createContext(path, exchange -> answer(exchange, query));
    }

    void database(int port) {
      database = port;
    }

    int port() {
      return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange, String query) throws IOException {
      int status = 200;
      String body;
      try {
        body = query.isEmpty() ? "ok" : ask(query);
      } catch (SQLException e) {
        status = 500;
        body = e.toString();
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    }

    private String ask(String query) throws SQLException {
      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:postgresql://127.0.0.1:" + database + "/" + POSTGRES.database(),
                  POSTGRES.user(),
                  POSTGRES.password());
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(query)) {
        row.next();
        return row.getString(1);
      }
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}

package dev.headroom.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.demo.db.StatementListener;
import dev.headroom.demo.http.HttpServer;
import dev.headroom.demo.http.Reply;
import dev.headroom.demo.settings.Settings;
import dev.headroom.demo.telemetry.Telemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * A short life for the JVM to learn from ({@code -XX:AOTCacheOutput}): a replica that asks itself.
 * With a filled database all endpoints are used; without one at least all classes are loaded.
 */
final class Training {
  private static final int ROUNDS = 5;
  private static final String FAR_AWAY = "jdbc:postgresql://127.0.0.1:9/none?user=none";

  private final HttpClient client;
  private final String base;
  private String token = "";

  private Training(HttpClient client, String base) {
    this.client = client;
    this.base = base;
  }

  static void run(Settings settings) throws BindException {
    boolean hasDatabase =
        settings.find("JDBC_DATABASE_URL").isPresent() || settings.find("DATABASE_URL").isPresent();
    // It plays the third party and the receiver of the spans.
    try (HttpServer sink =
        HttpServer.start(
            "127.0.0.1", 0, request -> Reply.json(200, new byte[0]), Optional.empty())) {
      String url = "http://127.0.0.1:" + sink.port();
      Map<String, String> values = new HashMap<>(settings.values());
      values.put("PORT", "0");
      values.put("PARTNER_URL", url);
      values.put("OTEL_EXPORTER_OTLP_ENDPOINT", url);
      values.put("OTEL_TRACES_SAMPLER_ARG", "0.5");
      values.put("DEMO_WAITS", "0.02");
      values.put("DEMO_DRAIN_MS", "0");
      if (!hasDatabase) {
        values.put("JDBC_DATABASE_URL", FAR_AWAY);
      }
      learn(new Settings(values));
    }
    // Threads of libraries must not keep the lesson from ending.
    System.exit(0);
  }

  private static void learn(Settings settings) throws BindException {
    ApiConfig config = ApiConfig.of(settings);
    Telemetry telemetry = Telemetry.start(settings, config.instance());
    try (Api api = Api.start(config, telemetry, StatementListener.NONE);
        HttpClient client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build()) {
      Training training = new Training(client, "http://127.0.0.1:" + api.port());
      int useful = training.requests();
      System.err.println("trained with " + useful + " successful requests");
      if (useful <= 2) {
        System.err.println("loaded " + loadClasses() + " classes without a database");
      }
    }
  }

  private int requests() {
    int useful = ok("GET", "/", "");
    if (ok("GET", "/healthz", "") == 0) {
      return useful;
    }
    for (int round = 0; round < ROUNDS; round++) {
      if (!login(round + 1)) {
        break;
      }
      long project = first("/api/projects");
      long issue = first("/api/projects/" + project + "/issues");
      for (String path :
          List.of(
              "/api/me",
              "/api/projects/" + project,
              "/api/issues/" + issue,
              "/api/issues/" + issue + "/comments",
              "/api/issues/" + issue + "/attachments",
              "/api/issues/" + issue + "/history",
              "/api/labels",
              "/api/search?q=login",
              "/api/notifications",
              "/api/users",
              "/api/users/" + (round + 1),
              "/api/users/" + (round + 1) + "/activity",
              "/api/dashboard",
              "/api/boards/" + project,
              "/api/reports/throughput",
              "/api/reports/workload",
              "/api/reports/ageing",
              "/api/audit",
              "/api/exports/" + project)) {
        useful += ok("GET", path, "");
      }
      // Writes that leave nothing behind.
      useful += ok("PATCH", "/api/issues/0", "{\"status\":\"open\"}");
      useful += ok("POST", "/api/notifications/read", "");
    }
    return useful;
  }

  private boolean login(int user) {
    Optional<JsonNode> answer =
        send(
            "POST",
            "/api/login",
            "{\"email\":\"user-" + user + "@demo.example\",\"password\":\"demo\"}");
    token = answer.map(json -> json.path("token").asText("")).orElse("");
    return !token.isEmpty();
  }

  private long first(String path) {
    return send("GET", path, "")
        .map(json -> json.path("items").path(0).path("id").asLong())
        .orElse(0L);
  }

  private int ok(String method, String path, String body) {
    return send(method, path, body).isPresent() ? 1 : 0;
  }

  private Optional<JsonNode> send(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(10))
            .header("Authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() >= 300) {
        System.err.println(method + " " + path + " answered " + response.statusCode());
        return Optional.empty();
      }
      boolean json =
          response.headers().firstValue("Content-Type").orElse("").equals("application/json");
      return Optional.of(Json.object(json ? response.body() : new byte[0]));
    } catch (IOException e) {
      System.err.println(method + " " + path + ": " + e);
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Loads what requests with a database would have loaded. */
  private static int loadClasses() {
    int loaded = 0;
    ClassLoader loader = Training.class.getClassLoader();
    List<Class<?>> members = new ArrayList<>(List.of(Training.class, HikariDataSource.class));
    DriverManager.drivers().map(Object::getClass).forEach(members::add);
    for (Class<?> member : members) {
      String path = member.getProtectionDomain().getCodeSource().getLocation().getPath();
      if (!path.endsWith(".jar")) {
        continue;
      }
      try (JarFile jar = new JarFile(path)) {
        loaded +=
            (int)
                jar.stream()
                    .map(ZipEntry::getName)
                    .filter(Training::isWanted)
                    .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
                    .filter(name -> load(name, loader))
                    .count();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return loaded;
  }

  private static boolean isWanted(String name) {
    return name.endsWith(".class")
        && !name.startsWith("META-INF")
        && !name.startsWith("dev/headroom/demo/traffic/")
        && !name.startsWith("dev/headroom/demo/data/")
        && !name.contains("/ds/")
        && !name.contains("/xa/")
        && !name.contains("/replication/")
        && !name.contains("/gss");
  }

  private static boolean load(String name, ClassLoader loader) {
    try {
      Class.forName(name, false, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      // Classes for optional libraries: nobody needs them here.
      return false;
    }
  }
}

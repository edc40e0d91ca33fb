package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.RedisServer;
import dev.headroom.shards.ClusterSettings;
import dev.headroom.shards.NodeAddress;
import dev.headroom.shards.RedisCluster;
import dev.headroom.testing.Await;
import dev.headroom.testing.RedisExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateway processes that share a real Redis Cluster as the second place of their responses, and
 * {@code headroom purge} at one of them.
 */
class SharedCacheIT {
  /* What Redis has written outlives its being killed. */
  @RegisterExtension
  static final RedisExtension REDIS =
      RedisExtension.nodes(3)
          .with(each -> each.withAppendOnly(true).withCluster(Duration.ofSeconds(2)));

  private static final Duration START_BOUND = Duration.ofSeconds(40);
  private static final Duration SOON = Duration.ofSeconds(30);

  /** Twenty times redisTimeout, and less than what the Redis client itself would wait. */
  private static final Duration PROMPT = Duration.ofSeconds(2);

  private static ScheduledExecutorService scheduler;
  private static final AtomicInteger PATHS = new AtomicInteger();

  @TempDir private static Path folder;
  private static Application application;
  private static RedisCluster cluster;
  private static Edge first;
  private static Edge second;

  /** A gateway process. */
  private record Edge(HeadroomProcess process, String url, String admin) implements AutoCloseable {
    static Edge start(Path document) {
      HeadroomProcess process =
          HeadroomProcess.raw(
              folder, folder.resolve("state"), List.of("gateway", "-f", document.toString()));
      process.awaitOutput("gateway on", START_BOUND);
      Matcher matcher =
          Pattern.compile("gateway on (http://\\S+); admin on (http://\\S+)")
              .matcher(process.output());
      assertThat(matcher.find()).as(process.output()).isTrue();
      return new Edge(process, matcher.group(1), matcher.group(2));
    }

    /* By the same name at both, as behind a load balancer: the host is part of what is kept. */
    Answer get(String path) throws IOException {
      URI uri = URI.create(url);
      try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
        socket.setSoTimeout((int) PROMPT.toMillis());
        socket
            .getOutputStream()
            .write(
                ("GET " + path + " HTTP/1.1\r\nHost: shared.example\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        String all =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        int end = all.indexOf("\r\n\r\n");
        return new Answer(all.substring(0, end + 2), all.substring(end + 4));
      }
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /** What a gateway has answered. */
  private record Answer(String head, String body) {
    String status() {
      Matcher field = Pattern.compile("\r\nCache-Status: ([^\r]*)\r\n").matcher(head);
      return field.find() ? field.group(1) : "";
    }
  }

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    application = new Application();
    scheduler = Executors.newSingleThreadScheduledExecutor();
    cluster =
        RedisCluster.form(
            ClusterSettings.of(
                REDIS.servers().stream()
                    .map(each -> new NodeAddress("127.0.0.1", each.settings().port()))
                    .toList(),
                0),
            telemetry -> {},
            TimeSource.system(),
            scheduler);
    Path document =
        Files.writeString(
            folder.resolve("app.yaml"),
            """
            apiVersion: headroom.dev/v1alpha1
            kind: ScaledApp
            metadata: {name: shared}
            spec:
              gateway:
                listen: 0
                cacheStore: {redisTimeout: 100ms}
                cache: [{path: /api/**, ttl: 1h}]
                rateLimits: [{name: all, key: ip, requests: 1000000/s}]
              apm: {admin: 0}
              services: {web: {endpoints: ["http://127.0.0.1:%d"], health: {path: /healthz}}}
              redis: {nodes: ["%s"]}
            """
                .formatted(application.port(), REDIS.url()));
    first = Edge.start(document);
    second = Edge.start(document);
    awaitSharing();
  }

  @AfterAll
  static void stop() {
    first.close();
    second.close();
    cluster.close();
    scheduler.shutdownNow();
    application.close();
  }

  @AfterEach
  void redisIsThereAgain() throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      RedisServer server = REDIS.servers().get(i);
      if (server.isAlive()) {
        server.pause(false);
      } else {
        REDIS.restart(i);
      }
    }
    awaitSharing();
  }

  /* What one has fetched the other finds; each look costs a path of its own. */
  private static void awaitSharing() {
    Await.until(
        SOON,
        () -> {
          String path = path();
          first.get(path);
          second.get(path);
          return application.asked(path) == 1;
        });
  }

  private static String path() {
    return "/api/report/" + PATHS.incrementAndGet();
  }

  @Test
  void whatOneGatewayHasFetchedTheOtherFindsInRedis() throws Exception {
    String path = path();
    Answer fetched = first.get(path);
    Answer found = second.get(path);

    assertThat(fetched.status()).isEqualTo("headroom; fwd=uri-miss");
    assertThat(found.body()).isEqualTo(fetched.body()).isEqualTo(path + " 1");
    assertThat(found.status()).isEqualTo("headroom; hit");
    assertThat(found.head()).contains("\r\nAge: ");
    assertThat(application.asked(path)).isEqualTo(1);
  }

  @Test
  void aPurgeByPathReachesRedis() throws Exception {
    String path = path();
    first.get(path);

    assertThat(purge("--path", path)).contains("purged: 1 responses in memory");

    assertThat(first.get(path).body()).isEqualTo(path + " 2");
    String other = path();
    first.get(other);
    assertThat(purge("--path", "/api/**")).contains("purged:");
    assertThat(second.get(other).body()).as("not what Redis had").isEqualTo(other + " 2");
  }

  @Test
  void aPurgeByTagReachesRedis() throws Exception {
    String path = path();
    first.get(path);

    assertThat(purge("--tag", "no-such-tag")).contains("purged: 0");
    assertThat(purge("--tag", "Reports")).contains("purged: ").doesNotContain("purged: 0");

    assertThat(second.get(path).body()).as("not what Redis had").isEqualTo(path + " 2");
  }

  @Test
  void aRedisThatStandsStillIsNotWaitedFor() throws Exception {
    String kept = path();
    first.get(kept);
    REDIS.servers().forEach(server -> server.pause(true));

    for (int i = 0; i < 20; i++) {
      String path = path();
      assertThat(first.get(path).body()).isEqualTo(path + " 1");
      assertThat(first.get(path).status()).as("memory works").isEqualTo("headroom; hit");
    }
    assertThat(first.get(kept).body()).isEqualTo(kept + " 1");
  }

  @Test
  void aRedisThatIsKilledIsDoneWithout() throws Exception {
    REDIS.servers().forEach(RedisServer::kill);

    for (int i = 0; i < 20; i++) {
      String path = path();
      assertThat(first.get(path).body()).isEqualTo(path + " 1");
      assertThat(first.get(path).status()).as("memory works").isEqualTo("headroom; hit");
    }
  }

  /** The purge is late then, but not lost. */
  @Test
  void aPurgeWhileRedisIsAwayHoldsWhenItIsBack() throws Exception {
    String path = path();
    first.get(path);
    REDIS.servers().forEach(RedisServer::kill);
    purge("--path", path);

    redisIsThereAgain();

    assertThat(second.get(path).body()).as("not what Redis had").isEqualTo(path + " 2");
  }

  @Test
  void theAdminPortTellsWhatItSeesAndTakesReplicasOut() throws Exception {
    first.get("/plain");
    Await.until(
        SOON,
        () ->
            admin("/metrics", "")
                .body()
                .contains("http_server_request_duration_seconds_bucket{headroom_service=\"web\""));
    String metrics = admin("/metrics", "").body();
    assertThat(metrics)
        .contains("headroom_gateway_upstream_state{", "headroom_gateway_cache_requests_total{")
        .endsWith("# EOF\n");

    JsonNode replica = HeadroomProcess.json(admin("/endpoints", "").body()).path(0);
    assertThat(replica.path("state").asText()).isEqualTo("healthy");
    String order = "{\"instance\": \"%s\"}".formatted(replica.path("instance").asText());
    assertThat(admin("/endpoints/drain", order).statusCode()).isEqualTo(200);
    assertThat(first.get("/plain").head()).startsWith("HTTP/1.1 503 ");
    assertThat(admin("/endpoints/resume", order).statusCode()).isEqualTo(200);
    assertThat(first.get("/plain").head()).startsWith("HTTP/1.1 200 ");
    assertThat(admin("/endpoints/drain", "{\"instance\": \"x\"}").statusCode()).isEqualTo(404);

    assertThat(HeadroomProcess.json(admin("/limits", "").body()).path(0).path("rule").asText())
        .isEqualTo("all");
    assertThat(admin("/document", "").body()).contains("redisTimeout: 100ms");
  }

  /* With an order, or to read. */
  private static HttpResponse<String> admin(String path, String order)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(first.admin + path));
    if (!order.isEmpty()) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(order));
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String purge(String... what) throws InterruptedException {
    List<String> arguments =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of("purge", "--admin", first.admin),
                java.util.stream.Stream.of(what))
            .toList();
    try (HeadroomProcess process =
        HeadroomProcess.raw(folder, folder.resolve("state"), arguments)) {
      assertThat(process.awaitExit(SOON)).as(process.output()).isZero();
      return process.output();
    }
  }

  /** Somebody's application: answers with the path and how often it was asked for. */
  private static final class Application implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

    Application() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/", this::answer);
      server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
      String path = exchange.getRequestURI().getPath();
      int number = asked.computeIfAbsent(path, each -> new AtomicInteger()).incrementAndGet();
      exchange.getResponseHeaders().set("Surrogate-Key", "reports all");
      byte[] body = (path + " " + number).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    }

    int port() {
      return server.getAddress().getPort();
    }

    int asked(String path) {
      return asked.getOrDefault(path, new AtomicInteger()).get();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}

package dev.headroom.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headroom.demo.traffic.figures.Report;
import dev.headroom.demo.traffic.load.Endpoint;
import dev.headroom.demo.traffic.load.TrafficClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TrafficRunIT {
  @TempDir private Path folder;
  private FakeTracker tracker;

  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

  @BeforeEach
  void start() throws IOException {
    tracker = new FakeTracker();
  }

  @AfterEach
  void stop() {
    tracker.close();
  }

  private TrafficRun traffic(String... options) {
    return trafficTo(tracker.uri(), options);
  }

  private TrafficRun trafficTo(URI url, String... options) {
    List<String> all = new ArrayList<>(List.of("--url", url.toString(), "--sockets", "0"));
    all.addAll(List.of(options));
    TrafficOptions parsed = TrafficCommand.parse(all.toArray(String[]::new));
    PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);
    return new TrafficRun(parsed, TrafficClock.system(), new Screen(out, parsed.quiet(), false));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      TrafficClock.system().sleepUntil(System.nanoTime() + 2_000_000);
    }
  }

  private static List<String> keys(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static Report.OfEndpoint row(Report report, Endpoint endpoint) {
    return report.of(endpoint);
  }

  @Test
  void everyEndpointIsHitAndNothingGoesWrong() throws Exception {
    Report report = traffic("--users", "18000", "--for", "3s", "--verify").run();

    assertThat(report.samples()).isEmpty();
    assertThat(report)
        .returns(0L, Report::errors)
        .returns(0L, Report::unexpected4xx)
        .returns(0L, Report::staleReads)
        .returns(0L, Report::unfinished)
        .returns(0L, Report::unverifiedWrites)
        .returns(0L, Report::lostWrites);
    assertThat(report.endpoints())
        .filteredOn(row -> !row.endpoint().equals("GET /ws/live"))
        .allMatch(row -> row.count() > 0);
    // 300 requests/s, and page loads on top.
    assertThat(report.requests()).isBetween(850L, 1350L);
    assertThat(report.requests() + report.verifiedWrites())
        .as("all that was sent was counted")
        .isLessThanOrEqualTo(tracker.requests.size());
    assertThat(report.acknowledgedWrites()).isBetween(50L, 200L);
    assertThat(report.verifiedWrites()).isPositive();
    assertThat(report.replicas())
        .extracting(Report.OfReplica::id)
        .containsExactly("web-0", "web-1");
    assertThat(tracker.logins.size())
        .as("each login is somebody else's")
        .isEqualTo((int) row(report, Endpoint.LOGIN).count());
  }

  @Test
  void theReportFileHasTheAgreedKeys() throws Exception {
    Path file = folder.resolve("report.json");
    traffic("--users", "6000", "--for", "1s", "--report", file.toString(), "--seed", "7").run();

    JsonNode report = JsonMapper.builder().build().readTree(file.toFile());
    assertThat(keys(report))
        .contains(
            "startedAt",
            "seconds",
            "users",
            "seed",
            "requests",
            "errors",
            "limited",
            "unexpected4xx",
            "staleReads",
            "lostWrites",
            "acknowledgedWrites",
            "endpoints",
            "timeline",
            "replicas");
    assertThat(report.get("users").asInt()).isEqualTo(6000);
    assertThat(report.get("seed").asInt()).isEqualTo(7);
    assertThat(report.get("seconds").asDouble()).isBetween(1.0, 3.0);
    assertThat(report.get("lostWrites").isNull()).as("not verified").isTrue();
    assertThat(keys(report.get("endpoints").get(0)))
        .contains("endpoint", "count", "errors", "limited", "p50Ms", "p95Ms", "p99Ms", "maxMs")
        .contains("meanMs");
    assertThat(keys(report.get("timeline").get(0)))
        .contains("t", "rate", "p50Ms", "p95Ms", "errors", "inFlight");
    assertThat(keys(report.get("replicas").get(0))).containsExactly("id", "count");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aServerThatStandsStillShowsInEveryRequestThatWasDueMeanwhile() throws Exception {
    TrafficRun run = traffic("--users", "6000", "--for", "4s", "--assets", "0");
    Thread stall =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    await(() -> tracker.requests.size() > 100);
                    try (AutoCloseable _ = tracker.stall()) {
                      TrafficClock.system().sleepUntil(System.nanoTime() + 1_000_000_000);
                    }
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
    Report report = run.run();
    stall.join();

    // A hundred a second were due during the stall and waited half a second on average; a closed
    // loop of a few clients would have seen a few slow answers only.
    assertThat(report.errors()).isZero();
    double waited =
        report.endpoints().stream().mapToDouble(row -> row.meanMs() * row.count()).sum() / 1000;
    assertThat(waited).as("seconds waited by all").isBetween(30.0, 80.0);
    assertThat(report.endpoints()).anyMatch(row -> row.maxMs() > 900);
  }

  @Test
  void writesThatAreForgottenAreFound() throws Exception {
    tracker.forgets = request -> request.startsWith("PATCH") || request.startsWith("PUT");
    Report report = traffic("--users", "36000", "--for", "4s").run();
    assertThat(report.staleReads()).isBetween(8L, 80L);
    assertThat(report.samples())
        .allMatch(sample -> sample.startsWith("stale: /api/issues/"))
        .anyMatch(sample -> sample.matches(".* status is .*, was set to .* web-. *.*"))
        .anyMatch(sample -> sample.contains(" labels are []"));
    assertThat(report.unexpected4xx() + report.errors()).isZero();
  }

  @Test
  void deletionsThatAreForgottenAreFound() throws Exception {
    tracker.forgets = request -> request.startsWith("DELETE");
    Report report = traffic("--users", "36000", "--for", "3s").run();
    assertThat(report.staleReads()).isPositive();
    assertThat(report.samples()).allMatch(sample -> sample.contains("still there"));
  }

  @Test
  void commentsThatVanishAreLost() throws Exception {
    tracker.forgets = request -> request.endsWith("/comments");
    Report report = traffic("--users", "24000", "--for", "2s", "--verify").run();
    assertThat(report.lostWrites())
        .isPositive()
        .isEqualTo(row(report, Endpoint.CREATE_COMMENT).count());
    assertThat(report.staleReads()).as("about half are looked up at once").isPositive();
    assertThat(report.unverifiedWrites()).isZero();
  }

  @Test
  void refusalsAreCountedByKind() throws Exception {
    tracker.refusal =
        request ->
            switch (request) {
              case "GET /api/me" -> 503;
              case "GET /api/dashboard" -> 429;
              case "GET /api/notifications" -> 403;
              default -> 0;
            };
    Report report = traffic("--users", "12000", "--for", "2s").run();
    assertThat(row(report, Endpoint.ME))
        .matches(row -> row.count() > 0 && row.errors() == row.count());
    assertThat(row(report, Endpoint.DASHBOARD))
        .matches(row -> row.count() > 0 && row.limited() == row.count() && row.maxMs() == 0);
    assertThat(row(report, Endpoint.NOTIFICATIONS))
        .matches(row -> row.count() > 0 && row.unexpected4xx() == row.count());
    assertThat(report.errors()).isEqualTo(row(report, Endpoint.ME).count());
    assertThat(report.limited()).isEqualTo(row(report, Endpoint.DASHBOARD).count());
  }

  @Test
  void aServerThatIsNotThereIsAllErrors() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = free.getLocalPort();
    }
    Report report =
        trafficTo(URI.create("http://127.0.0.1:" + nobody), "--users", "6000", "--for", "1s").run();
    assertThat(report.requests()).isPositive().isEqualTo(report.errors());
    assertThat(report.samples().getFirst()).contains("Connection refused");
  }

  @Test
  void tooManyOutstandingAreErrorsAndNotSilence() throws Exception {
    Report report;
    try (AutoCloseable _ = tracker.stall()) {
      report =
          traffic("--users", "12000", "--for", "1s", "--outstanding", "10", "--timeout", "1500ms")
              .run();
    }
    assertThat(report.overload()).isBetween(100L, 280L);
    // The ten that were sent ran into their time-out.
    assertThat(report.errors()).isEqualTo(report.overload() + 10).isEqualTo(report.requests());
  }

  @Test
  void theControlServerShowsAndChangesTheLoad() throws Exception {
    TrafficRun run = traffic("--users", "600", "--control", "0", "--quiet");
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    run.run();
                  } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    await(() -> screen.toString(StandardCharsets.UTF_8).contains("control: "));
    String address =
        screen.toString(StandardCharsets.UTF_8).lines().findFirst().orElseThrow().substring(9);

    assertThat(ask(address + "/users", "PUT", "many").statusCode()).isEqualTo(400);
    assertThat(ask(address + "/users", "PUT", "30000").body()).isEqualTo("{\"users\":30000}");
    int before = tracker.requests.size();
    await(() -> tracker.requests.size() > before + 300);
    JsonNode stats =
        JsonMapper.builder().build().readTree(ask(address + "/stats", "GET", "").body());
    assertThat(stats.get("users").asInt()).isEqualTo(30_000);
    assertThat(stats.at("/report/requests").asInt()).isGreaterThan(200);
    assertThat(stats.has("inFlight")).isTrue();
    assertThat(ask(address + "/users", "DELETE", "").statusCode()).isEqualTo(204);
    assertThat(ask(address + "/other", "GET", "").statusCode()).isEqualTo(404);
    assertThat(ask(address + "/stats", "DELETE", "").statusCode()).isEqualTo(405);

    run.stop();
    thread.join();
    assertThat(screen.toString(StandardCharsets.UTF_8).lines()).as("quiet").hasSize(1);
  }

  private static HttpResponse<String> ask(String uri, String method, String body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(uri))
              .method(method, BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }
  }

  @Test
  void theScreenTellsHowItGoesAndHowItWent() throws Exception {
    traffic("--users", "6000", "--for", "2500ms").run();
    assertThat(screen.toString(StandardCharsets.UTF_8))
        .contains(" 6000 users ")
        .contains("req/s")
        .contains("GET /api/projects/{projectId}/issues")
        .contains("0 errors (0 overload)")
        .doesNotContain("\r");
  }
}

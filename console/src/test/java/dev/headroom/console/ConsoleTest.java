package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.base.UserError;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Source;
import dev.headroom.testing.FakeTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One console for all tests: Armeria takes two seconds to stop. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FakeTime time = new FakeTime();
  private final FakeTelemetry telemetry = new FakeTelemetry(time);
  private final Console console = TestConsole.start(telemetry, time);
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterAll
  void stop() {
    http.close();
    console.close();
  }

  @Test
  void overviewSumsUpTheLastMinute() throws Exception {
    JsonNode overview = get("overview");
    JsonNode endpoints = get("endpoints").get("endpoints");

    long count = 0;
    for (JsonNode endpoint : endpoints) {
      count += endpoint.get("count").asLong();
    }
    assertThat(overview.get("app").asText()).isEqualTo("tracker");
    assertThat(overview.at("/traffic/count").asLong()).isEqualTo(count).isPositive();
    assertThat(overview.at("/traffic/perSecond").asDouble()).isEqualTo(count / 60.0);
    assertThat(overview.get("nodes").asInt()).isEqualTo(6);
    assertThat(overview.get("nodesSimulated").asBoolean()).isTrue();
    assertThat(overview.get("costPerHour").asDouble())
        .isCloseTo(3 * 0.1008 + 3 * 0.08925, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(overview.at("/ageMs/redis").asLong()).isEqualTo(14_000);
    assertThat(overview.at("/health/state").asText()).isEqualTo("degraded");
    assertThat(overview.at("/health/reasons").toString()).contains("pg-3 is lagging", "” fires");
    assertThat(overview.at("/alertsFiring").asInt()).isPositive();
  }

  @Test
  void aWindowEndsWithTheNewestMeasurementAndSinceWithNow() throws Exception {
    JsonNode window = get("endpoints?window=5m");
    assertThat(window.get("to").asLong()).isEqualTo(time.now().minusSeconds(3).toEpochMilli());
    assertThat(window.get("to").asLong() - window.get("from").asLong()).isEqualTo(300_000);

    JsonNode since = get("endpoints?since=" + time.now().minusSeconds(90));
    assertThat(since.get("to").asLong()).isEqualTo(time.now().toEpochMilli());
    assertThat(since.get("from").asLong()).isEqualTo(time.now().minusSeconds(90).toEpochMilli());
  }

  @ParameterizedTest
  @CsvSource({
    "endpoints?window=5,400,'window: 5 (expected: 1s to 31d, for example 5m)'",
    "endpoints?window=40d,400,'window: 40d (expected: 1s to 31d, for example 5m)'",
    "endpoints?since=yesterday,400,'since: yesterday (expected: ISO 8601, 2026-01-01T00:00:00Z)'",
    "endpoints?since=2020-01-01T00:00:00Z,400,"
        + "'since: 2020-01-01T00:00:00Z (expected: in the last 31 days)'",
    "traces?order=best,400,order: best (expected: newest or slowest)",
    "events?limit=0,400,limit: 0 (expected: 1 to 1000)",
    "trace/xyz,400,trace: xyz (expected: 32 hex digits)",
    "trace/00000000000000000000000000000001,404,"
        + "trace 00000000000000000000000000000001 is not known",
    "query/0000000000000000,404,statement 0000000000000000 was not seen in this time",
    "nothing,404,/api/v1/nothing (expected: a resource of /api/v1)"
  })
  void wrongRequests(String path, int status, String error) throws Exception {
    HttpResponse<String> response = fetch("api/v1/" + path);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(JSON.readTree(response.body()).get("error").asText()).isEqualTo(error);
  }

  @Test
  void sections() throws Exception {
    JsonNode primary = get("database").at("/members/0");
    assertThat(primary.get("role").asText()).isEqualTo("primary");
    assertThat(primary.at("/pool/inUse").asInt()).isEqualTo(3);
    assertThat(get("redis").get("nodes")).hasSize(6);
    assertThat(get("redis").at("/nodes/0/slots").asText()).isEqualTo("0-5460");
    assertThat(get("replicas").get(0).get("instance").asText()).isEqualTo("mailer-0");
    assertThat(get("replicas").get(0).has("cpuCores")).as("not measured: absent").isFalse();
    assertThat(get("replicas").get(1).get("p95Ms").asDouble()).isPositive();
    assertThat(get("nodes").get(0).get("simulated").asBoolean()).isTrue();
    assertThat(get("autoscaler").at("/decisions/0/to").asText()).isEqualTo("13");
    assertThat(primary.at("/pool/limit").asInt()).isEqualTo(12);
    assertThat(primary.at("/pool/why").asText()).startsWith("clients waited 1.4 ms");
    assertThat(primary.at("/usage/cpuLimit").asInt()).isEqualTo(8);
    assertThat(get("redis").at("/nodes/0/memoryLimit").asLong()).isEqualTo(64 << 20);
    assertThat(get("events").findValuesAsText("name"))
        .contains("headroom.scale", "headroom.router.pool", "headroom.redis")
        .doesNotContain("headroom.advice", "headroom.notification");
    assertThat(get("queries").get(0).get("onReplicas").asLong()).isEqualTo(8_640);
    assertThat(get("series?window=15m").size()).isEqualTo(90);
    assertThat(get("series?window=6h").size()).isLessThanOrEqualTo(180);
    assertThat(get("database/series").get(0).has("replicaPerSecond")).isTrue();
    assertThat(get("database/members").get(0).at("/points/0/perSecond").asDouble()).isPositive();
    assertThat(get("redis/series").get(0).at("/points/0/hitsPerSecond").asDouble()).isPositive();
    assertThat(get("nodes/series").get(0).get("cpuAllocatable").asDouble()).isPositive();
    assertThat(get("replicas/series").get(0).at("/points/0/cpuCores").asDouble()).isPositive();
    String fingerprint = get("queries").get(0).get("fingerprint").asText();
    assertThat(get("query/" + fingerprint).at("/statement/fingerprint").asText())
        .isEqualTo(fingerprint);
    assertThat(get("traces?limit=5&order=slowest")).hasSize(5);
    assertThat(get("trace/" + FakeTelemetry.TRACE).get("spans")).hasSize(13);
    assertThat(get("store").get("bytesOnDisk").asLong()).isPositive();
  }

  @Test
  void theDocumentComesWithoutSecretsAndAnew() throws Exception {
    assertThat(get("document").at("/metadata/name").asText()).isEqualTo("tracker");
    assertThat(fetch("api/v1/document.yaml").body()).contains("(redacted)");
    assertThat(get("document").toString() + fetch("api/v1/document.yaml").body())
        .doesNotContain("geheim");

    ScaledApp next = document("metadata: {name: renamed}", "{}");
    console.apply(TestConsole.app(), next);
    assertThat(get("overview").get("app").asText()).isEqualTo("renamed");
    assertThatThrownBy(() -> console.apply(next, document("metadata: {name: x}", "{console: 1}")))
        .isInstanceOf(UserError.class);
    console.apply(next, TestConsole.app());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "web/app.js",
        "web/base.css",
        "web/pages/scaling.js",
        "scaling",
        "trace/4bf92f3577b34da6a3ce929d0e0e4736",
        "lib/lit-html/directives/repeat.js",
        "lib/uplot/uPlot.esm.js",
        "lib/lit-html/lit-html.js"
      })
  void pages(String path) throws Exception {
    assertThat(fetch(path).statusCode()).isEqualTo(200);
  }

  @Test
  void thePageTrustsOnlyItsOwnOrigin() throws Exception {
    assertThat(fetch("").headers().firstValue("content-security-policy").orElseThrow())
        .startsWith("default-src 'self'");
    assertThat(raw("GET /api/v1/overview HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
        .startsWith("HTTP/1.1 421 ");
  }

  @Test
  void snapshotsAreMadeOnceForAllAndOnlyWhileSomebodyLooks() throws Exception {
    int before = telemetry.asked.get();
    try (Socket one = live();
        Socket two = live()) {
      JsonNode first = snapshot(one);
      JsonNode second = snapshot(two);
      assertThat(first.get("app").asText()).isEqualTo("tracker");
      assertThat(second.at("/traffic/count").asLong()).isPositive();
      assertThat(console.watchers()).isEqualTo(2);
      assertThat(telemetry.asked.get() - before).as("made for both at most twice").isBetween(1, 2);
    }
    await(() -> console.watchers() == 0);
    int asked = telemetry.asked.get();
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(3));
    assertThat(telemetry.asked.get()).as("after all have left").isLessThanOrEqualTo(asked + 1);
  }

  @Test
  void aBusyPortIsTheMachinesFault() {
    ConsoleSettings taken = new ConsoleSettings("127.0.0.1", console.uri().getPort());
    assertThatThrownBy(() -> Console.start(taken, telemetry, TestConsole.app(), Actions.NONE, time))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("127.0.0.1:" + taken.port())
        .extracting(e -> ((UserError) e).kind())
        .isEqualTo(UserError.Kind.MACHINE);
  }

  private static ScaledApp document(String metadata, String apm) {
    return Documents.parse(
        List.of(
            new Source(
                "x",
                "apiVersion: headroom.dev/v1alpha1\nkind: ScaledApp\n"
                    + metadata
                    + "\nspec: {services: {web: {command: [web], port: 1}}, apm: "
                    + apm
                    + "}\n")));
  }

  private Socket live() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), console.uri().getPort());
    OutputStream out = socket.getOutputStream();
    out.write(
        "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return socket;
  }

  private static JsonNode snapshot(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.startsWith("data:")) {
        return JSON.readTree(line.substring(5));
      }
    }
    throw new IOException("the stream ended");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), console.uri().getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return String.valueOf(
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine());
    }
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("within 20 s").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> response = fetch("api/v1/" + path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private HttpResponse<String> fetch(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(console.uri().resolve(path)).timeout(Duration.ofSeconds(30)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}

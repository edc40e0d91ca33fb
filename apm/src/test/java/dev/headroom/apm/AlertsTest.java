package dev.headroom.apm;

import static dev.headroom.apm.TelemetryFixtures.metrics;
import static dev.headroom.apm.TelemetryFixtures.spans;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.headroom.apm.AlertLog.State;
import dev.headroom.apm.alerts.Notifier;
import dev.headroom.apm.alerts.Sender;
import dev.headroom.signals.Metric;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import dev.headroom.testing.Await;
import dev.headroom.testing.FakeTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts from telemetry to the message that arrives. */
class AlertsTest {
  private static final String KEY = "whsec_" + Base64.getEncoder().encodeToString(new byte[24]);

  @TempDir Path folder;
  private final FakeTime time = new FakeTime();
  private final TelemetryFixtures now = new TelemetryFixtures(time);
  private final ConcurrentLinkedQueue<Integer> statuses = new ConcurrentLinkedQueue<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private TelemetryStore store;
  private HttpServer receiver;
  private Notifier notifier;
  private @Nullable Alerts alerts;

  private record Received(String path, Map<String, List<String>> headers, String body) {}

  @BeforeEach
  void start() throws IOException {
    time.advance(Duration.ofDays(30));
    store = TelemetryStore.inMemory(time);
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          Integer status = statuses.poll();
          received.add(
              new Received(exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), body));
          exchange.sendResponseHeaders(status == null ? 204 : status, -1);
          exchange.close();
        });
    receiver.start();
    notifier =
        new Notifier(
            new Sender(new Secrets(Map.of("KEY", KEY), folder), time, new SplittableRandom(1)),
            store,
            time,
            pauses::add);
  }

  @AfterEach
  void stop() {
    notifier.close();
    store.close();
    receiver.stop(0);
  }

  private ScaledApp document(String... alertLines) throws IOException {
    int port = receiver.getAddress().getPort();
    Path file = folder.resolve("app.yaml");
    Files.writeString(
        file,
        """
        apiVersion: headroom.dev/v1alpha1
        kind: ScaledApp
        metadata: {name: tracker}
        spec:
          services: {web: {command: [node], port: 3000}}
          channels:
            hook: {webhook: "http://127.0.0.1:%d/hook", signingKey: {env: KEY}}
            ops: {slack: "http://127.0.0.1:%d/slack"}
          alerts:
        """
                .formatted(port, port)
            + String.join(
                "", List.of(alertLines).stream().map(l -> "    - {" + l + "}\n").toList()));
    return Documents.load(List.of(file));
  }

  private void watch(String... alertLines) throws IOException {
    alerts =
        new Alerts(
            document(alertLines),
            store,
            notifier,
            Optional.of(URI.create("http://127.0.0.1:8800/")),
            time);
  }

  /** Twenty requests in five seconds to /api/search, and a round. */
  private void five(double seconds, int status) {
    time.advance(Duration.ofSeconds(5));
    double[] all = new double[20];
    java.util.Arrays.fill(all, seconds);
    store.accept(metrics(now.requests("web", "GET", "/api/search", status, all)));
    evaluate();
  }

  private void rounds(int count, double seconds, int status) {
    for (int i = 0; i < count; i++) {
      five(seconds, status);
    }
  }

  private void evaluate() {
    requireNonNull(alerts).evaluate();
  }

  private List<AlertLog.Active> active() {
    return new AlertLog(store).active();
  }

  private List<AlertLog.Change> history() {
    return new AlertLog(store)
        .history(Window.before(time.now().plusSeconds(1), Duration.ofMinutes(20)), 100);
  }

  private List<AlertLog.Delivery> deliveries(int count) {
    Window all = Window.before(time.now().plusSeconds(1), Duration.ofMinutes(20));
    Await.until(
        Duration.ofSeconds(10), () -> new AlertLog(store).deliveries(all, 100).size() >= count);
    return new AlertLog(store).deliveries(all, 100);
  }

  @Test
  void firesAfterItHasHeldAndSaysWhereAndRecovers() throws Exception {
    watch("name: slow, when: p95 > 250ms for 30s, route: GET /api/**, notify: hook");
    store.accept(spans(now.server(7, 1, "/api/search", 200, Duration.ofMillis(400))));
    rounds(12, 0.1, 200);
    assertThat(active()).isEmpty();

    rounds(3, 0.4, 200);
    assertThat(active())
        .singleElement()
        .satisfies(
            a -> {
              assertThat(a.state()).isEqualTo(State.PENDING);
              assertThat(a.subject()).isEqualTo("web GET /api/search");
              assertThat(a.value()).isGreaterThan(0.25);
            });
    assertThat(history()).isEmpty();

    rounds(5, 0.4, 200);
    assertThat(active()).singleElement().extracting(AlertLog.Active::state).isEqualTo(State.FIRING);
    assertThat(history()).singleElement().extracting(AlertLog.Change::value).isEqualTo("400ms");
    assertThat(deliveries(1).getFirst().outcome()).isEqualTo("delivered");

    rounds(30, 0.1, 200);
    assertThat(active()).isEmpty();
    assertThat(history())
        .extracting(AlertLog.Change::state)
        .containsExactly(State.RESOLVED, State.FIRING);
    deliveries(2);

    assertThat(received).hasSize(2);
    assertThat(received.getFirst().body)
        .contains("\"alert\":\"slow\"", "\"state\":\"firing\"", "web GET /api/search")
        .contains("http://127.0.0.1:8800/trace/");
    assertThat(received.getLast().body).contains("\"state\":\"resolved\"");
  }

  @Test
  void webhooksAreSigned() throws Exception {
    watch("when: errors > 50%, notify: hook");
    rounds(1, 0.1, 500);
    deliveries(1);

    Received message = received.getFirst();
    String id = requireNonNull(message.headers.get("Webhook-id")).getFirst();
    String at = requireNonNull(message.headers.get("Webhook-timestamp")).getFirst();
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(new byte[24], "HmacSHA256"));
    byte[] signed =
        mac.doFinal((id + "." + at + "." + message.body).getBytes(StandardCharsets.UTF_8));
    assertThat(message.headers.get("Webhook-signature"))
        .containsExactly("v1," + Base64.getEncoder().encodeToString(signed));
    assertThat(Long.parseLong(at)).isEqualTo(time.now().getEpochSecond());
  }

  @Test
  void slackReadsTextAndBlocks() throws Exception {
    watch("when: errors > 50%, notify: ops");
    rounds(2, 0.1, 500);
    deliveries(1);

    assertThat(received.getFirst().path).isEqualTo("/slack");
    assertThat(received.getFirst().body)
        .startsWith("{\"text\":\"FIRING tracker: errors &gt; 50%: 100.00%\"")
        .contains("\"blocks\":[", "\"type\":\"mrkdwn\"");
  }

  @Test
  void deliveryIsTriedAgainWithTheSameId() throws Exception {
    statuses.addAll(List.of(503, 429, 200));
    watch("when: errors > 50%, notify: hook");
    rounds(2, 0.1, 500);

    AlertLog.Delivery delivery = deliveries(1).getFirst();
    assertThat(delivery.outcome()).isEqualTo("delivered");
    assertThat(delivery.attempts()).isEqualTo(3);
    assertThat(received)
        .extracting(r -> r.headers.get("Webhook-id"))
        .containsOnly(received.getFirst().headers.get("Webhook-id"));
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(4));
  }

  @Test
  void aRefusalIsNotTriedAgainAndIsTold() throws Exception {
    statuses.add(403);
    watch("when: errors > 50%, notify: hook");
    rounds(2, 0.1, 500);

    AlertLog.Delivery delivery = deliveries(1).getFirst();
    assertThat(delivery.outcome()).isEqualTo("failed");
    assertThat(delivery.reason()).isEqualTo("status 403");
    assertThat(received).hasSize(1);
  }

  @Test
  void fewRequestsDecideNothing() throws Exception {
    watch("when: errors > 1%, minRequests: 100, notify: hook");
    rounds(3, 0.1, 500);
    assertThat(active()).isEmpty();
    rounds(3, 0.1, 500);
    assertThat(active()).hasSize(1);
  }

  @Test
  void absenceIsToldOnlyOfWhatWasWatched() throws Exception {
    watch("when: no requests for 1m, notify: hook");
    evaluate();
    assertThat(active()).isEmpty();
    rounds(3, 0.1, 200);
    for (int i = 0; i < 11; i++) {
      time.advance(Duration.ofSeconds(5));
      evaluate();
    }
    assertThat(active()).isEmpty();
    time.advance(Duration.ofSeconds(10));
    evaluate();
    assertThat(active()).hasSize(1);
  }

  @Test
  void whatHoldsStaysWhenTheMeasurerDies() throws Exception {
    watch("when: errors > 50%, notify: hook");
    rounds(3, 0.1, 500);
    for (int i = 0; i < 24; i++) {
      time.advance(Duration.ofSeconds(5));
      evaluate();
    }
    assertThat(active()).hasSize(1);
    assertThat(history()).hasSize(1);
  }

  @Test
  void changeComparesWithBefore() throws Exception {
    watch("when: p95 rises by 100% within 2m, notify: hook");
    rounds(30, 0.1, 200);
    assertThat(active()).isEmpty();
    rounds(6, 0.25, 200);
    assertThat(active()).singleElement().extracting(AlertLog.Active::value).isNotNull();
    assertThat(history().getFirst().value()).contains("2m before 100ms");
  }

  @Test
  void aSilenceIsKeptAndNoted() throws Exception {
    watch("name: errors, when: errors > 50%, notify: hook");
    requireNonNull(alerts).silence("errors", Duration.ofMinutes(10), "deployment");
    rounds(2, 0.1, 500);

    assertThat(deliveries(1).getFirst().outcome()).isEqualTo("suppressed");
    assertThat(received).isEmpty();
    assertThat(active()).hasSize(1);
    // Another process over the same store knows of it.
    watch("name: errors, when: errors > 50%, notify: hook", "when: rate > 1/s, notify: hook");
    rounds(30, 0.1, 200);
    assertThat(deliveries(3)).extracting(AlertLog.Delivery::text).anyMatch(t -> t.contains("rate"));
    assertThat(received).hasSize(1);
  }

  @Test
  void aRestartTellsNothingTwice() throws Exception {
    watch("name: errors, when: errors > 50%, notify: hook");
    rounds(3, 0.1, 500);
    deliveries(1);
    watch("name: errors, when: errors > 50%, notify: hook");
    rounds(3, 0.1, 500);
    assertThat(active()).hasSize(1);
    rounds(20, 0.1, 200);
    deliveries(2);
    assertThat(received).hasSize(2);
    assertThat(received.getLast().body).contains("resolved");
  }

  @Test
  void aFastBurnPagesAndASlowOneWritesATicket() throws Exception {
    watch("slo: 99.9% over 30d, notify: hook");
    for (int minute = 0; minute < 12; minute++) {
      time.advance(Duration.ofMinutes(1));
      List<Metric> batch = new ArrayList<>();
      double[] good = new double[1000];
      batch.add(now.requests("web", "GET", "/a", 200, good));
      // Twice as many errors as 14.4 times the budget.
      batch.add(now.requests("web", "GET", "/a", 500, new double[30]));
      store.accept(metrics(batch.toArray(new Metric[0])));
      evaluate();
    }
    assertThat(active())
        .singleElement()
        .satisfies(
            a -> {
              assertThat(a.severity()).isEqualTo("page");
              assertThat(a.value()).isBetween(28.0, 30.0);
            });
    assertThat(history().getFirst().value()).contains("error budget burns 29.1 times");
  }

  @Test
  void aTestMessageGoesToEveryChannel() throws Exception {
    statuses.add(404);
    List<Alerts.TestResult> results =
        Alerts.test(
            document("when: p95 > 1s, notify: ops"),
            Optional.empty(),
            new Secrets(Map.of("KEY", KEY), folder),
            time,
            new SplittableRandom(1));
    assertThat(results)
        .containsExactly(
            new Alerts.TestResult("hook", false, "status 404"),
            new Alerts.TestResult("ops", true, "204"));
    assertThat(received.getLast().body).contains("test of channel ops", "p95 &gt; 1s");
  }
}

package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.base.TimeSource;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the pages do, in a real browser: the numbers on them are those of the API, the range and the
 * theme go along, keys work, and a broken stream mends. Skipped, visibly, without Chromium.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsolePageIT {
  /* Stands still, so that the API says the same to the page and to the test. */
  private final TimeSource time =
      new TimeSource() {
        private final Instant start = Instant.now();

        @Override
        public Instant now() {
          return start;
        }

        @Override
        public long nanoTime() {
          return 0;
        }
      };

  private final FakeTelemetry telemetry = new FakeTelemetry(time);
  private final HttpClient http = HttpClient.newHttpClient();
  private Console console;
  private Browser browser;

  @BeforeAll
  void start(@TempDir Path profile) throws Exception {
    Optional<Path> chromium = Browser.find();
    Assumptions.assumeTrue(chromium.isPresent(), "no Chromium on the PATH: apt install chromium");
    console = TestConsole.start(telemetry, time);
    browser = Browser.start(chromium.get(), profile);
  }

  @BeforeEach
  void laptop() {
    browser.view(1440, 900, false);
  }

  @AfterAll
  void stop() {
    if (browser != null) {
      browser.close();
      console.close();
    }
    http.close();
  }

  @Test
  void overviewSaysWhatTheApiSays() throws Exception {
    open("/");
    JsonNode overview = api("overview");
    assertThat(figure("Requests"))
        .isEqualTo(format("rate", overview.at("/traffic/perSecond").asDouble()));
    assertThat(figure("P95 latency"))
        .isEqualTo(format("ms", overview.at("/traffic/latency/p95Ms").asDouble()));
    assertThat(figure("Replicas ready")).isEqualTo(overview.get("replicasReady").asText());
    assertThat(figure("Nodes")).isEqualTo(overview.get("nodes").asText());
    assertThat(figure("Cost")).isEqualTo(format("dollars", overview.get("costPerHour").asDouble()));
    assertThat(text(".all-well")).contains("pg-3 is lagging");
  }

  @Test
  void endpointsAreThoseOfTheApiAndLeadToOne() throws Exception {
    open("/endpoints?window=1h");
    JsonNode endpoints = api("endpoints?window=1h").get("endpoints");
    List<String> expected = new ArrayList<>();
    for (JsonNode e : endpoints) {
      expected.add(
          e.get("method").asText()
              + e.get("route").asText()
              + format("rate", e.get("perSecond").asDouble())
              + format("ms", e.at("/latency/p95Ms").asDouble()));
    }
    assertThat(
            texts(
                "[...document.querySelectorAll('#endpoints tbody tr')].map(r =>"
                    + " r.cells[0].querySelector('a').textContent + r.cells[1].textContent +"
                    + " r.cells[6].textContent)"))
        .containsExactlyInAnyOrderElementsOf(expected);

    browser.evaluate("document.querySelectorAll('#endpoints th button')[6].click()");
    assertThat(text("#endpoints th[aria-sort=descending]")).isEqualTo("P95");
    assertThat(text("#endpoints tbody tr td a code")).isEqualTo("/api/reports/burndown");

    browser.evaluate("document.querySelector('#endpoints tbody a').click()");
    browser.awaitTrue(drawn("/endpoint") + " && document.querySelector('.figure')");
    assertThat(place())
        .isEqualTo("/endpoint?window=1h&service=web&method=GET&route=/api/reports/burndown");
    assertThat(figure("Requests"))
        .isEqualTo(
            format(
                "rate",
                find(endpoints, "route", "/api/reports/burndown").get("perSecond").asDouble()));
    browser.evaluate("document.querySelector('#requests tbody a').click()");
    browser.awaitTrue(drawn("/trace/"));
  }

  @Test
  void nodesHoldThePodsThatTheApiPlacesThere() throws Exception {
    open("/scaling");
    JsonNode replicas = api("replicas");
    for (JsonNode node : api("nodes")) {
      String name = node.get("name").asText();
      List<String> pods = new ArrayList<>();
      replicas.forEach(
          r -> {
            if (r.get("node").asText().equals(name)) {
              pods.add(r.get("instance").asText());
            }
          });
      assertThat(
              texts(
                  "[...document.querySelectorAll('[aria-label=\"Node %s\"] .pods li:not(.none)')].map(p => p.textContent)"
                      .formatted(name)))
          .as(name)
          .containsExactlyElementsOf(pods);
    }
    assertThat(text("#nodes")).contains("simulated");
    assertThat(text("#decisions")).contains("11 → 13").contains("in flight: 24.1 per replica");
    assertThat(browser.evaluate("document.querySelectorAll('time-chart canvas').length").asInt())
        .isEqualTo(3);
  }

  @Test
  void replicasAndShardsSayWhatTheApiSays() throws Exception {
    open("/replicas");
    for (JsonNode member : api("database").get("members")) {
      assertThat(text("[aria-label=\"Member %s\"]".formatted(member.get("name").asText())))
          .contains(member.get("role").asText(), member.get("state").asText())
          .contains(format("rate", member.get("perSecond").asDouble()));
    }
    open("/shards");
    JsonNode nodes = api("redis").get("nodes");
    double hits = 0;
    double misses = 0;
    for (JsonNode node : nodes) {
      hits += node.path("hitsPerSecond").asDouble();
      misses += node.path("missesPerSecond").asDouble();
    }
    assertThat(figure("Hit rate")).isEqualTo(format("percent", hits / (hits + misses)));
    assertThat(figure("Slots covered")).isEqualTo(format("percent", 1));
  }

  @Test
  void queriesLeadToOne() throws Exception {
    open("/queries");
    JsonNode first = api("queries?window=15m").get(0);
    assertThat(text("#queries tbody a")).isEqualTo(first.get("text").asText());
    browser.evaluate("document.querySelector('#queries tbody a').click()");
    browser.awaitTrue(drawn("/query/"));
    assertThat(figure("Mean")).isEqualTo(format("ms", first.at("/latency/meanMs").asDouble()));
    assertThat(text("pre")).contains("\nFROM ").contains("\nWHERE ");
  }

  @Test
  void theCriticalPathOfATraceIsItsWholeTime() {
    open("/trace/" + FakeTelemetry.TRACE);
    assertThat(browser.evaluate("document.querySelectorAll('.wf .line').length").asInt())
        .isEqualTo(13);
    assertThat(figure("Time")).isEqualTo(format("ms", 64));
    assertThat(figure("Repeated")).isEqualTo("8 ×");
    assertThat(
            browser
                .evaluate(
                    "import('/web/spans.js').then(m => fetch('/api/v1/trace/%s').then(r => r.json()).then(t => m.tree(t).reduce((s, r) => s + r.critical, 0)))"
                        .formatted(FakeTelemetry.TRACE))
                .asDouble())
        .isBetween(63.999, 64.001);
    key("ArrowDown", "document.querySelector('.wf')");
    key("ArrowUp", "document.querySelector('.wf')");
    assertThat(text(".wf [aria-selected=true]")).contains("SELECT users").contains("✕");
  }

  @Test
  void theRangeGoesAlongAndIsInTheUrl() {
    open("/?since=2026-01-01T10:00:00Z&until=2026-01-01T11:30:00Z");
    assertThat(text(".pick summary")).contains("10:00 – 11:30");
    browser.evaluate("document.querySelector('nav a[href^=\"/queries\"]').click()");
    browser.awaitTrue(drawn("/queries"));
    assertThat(place()).isEqualTo("/queries?since=2026-01-01T10:00:00Z&until=2026-01-01T11:30:00Z");
    assertThat(browser.requests())
        .anyMatch(
            r ->
                r.contains(
                    "/api/v1/queries?since=2026-01-01T10:00:00Z&until=2026-01-01T11:30:00Z"));
    browser.evaluate("document.querySelectorAll('.presets button')[2].click()");
    browser.awaitTrue("location.search === '?window=1h'");
    key("[", "document.body");
    browser.awaitTrue("location.search.startsWith('?since=')");
    key(".", "document.body");
    browser.awaitTrue("location.search === ''");
  }

  @Test
  void keysAndThemes() {
    open("/");
    key("g", "document.body");
    key("s", "document.body");
    browser.awaitTrue(drawn("/shards"));
    key("g", "document.body");
    key("e", "document.body");
    browser.awaitTrue(drawn("/endpoints"));
    key("/", "document.body");
    assertThat(browser.evaluate("document.activeElement.getAttribute('aria-label')").asText())
        .isEqualTo("Search endpoints");
    browser.evaluate("document.activeElement.blur()");
    key("?", "document.body");
    assertThat(browser.evaluate("document.getElementById('help').open").asBoolean()).isTrue();
    browser.evaluate("document.getElementById('help').close()");

    assertThat(theme()).isEqualTo("light");
    key("t", "document.body");
    assertThat(theme()).isEqualTo("dark");
    open("/shards");
    assertThat(theme()).as("kept").isEqualTo("dark");
    browser.evaluate("theme.choose('auto')");
    assertThat(theme()).isEqualTo("light");
  }

  @Test
  void noSuchPageAndNoSuchTrace() {
    browser.open(console.uri().resolve("/trace/00000000000000000000000000000001"));
    browser.awaitTrue("document.querySelector('.empty')");
    assertThat(text(".empty")).contains("is not known");
    browser.troubles().removeIf(t -> t.contains("404"));
  }

  /** A browser gives a server six connections; hidden tabs may not hold them all. */
  @Test
  void onlyTheSeenPageHoldsAStream() {
    for (int i = 0; i < 8; i++) {
      open("/shards");
      open("/replicas");
    }
    browser.awaitTrue("document.querySelector('.stream.live')");
    assertThat(console.watchers()).isLessThanOrEqualTo(2);
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void nothingGoesElsewhereAndTheStreamMends() {
    assertThat(browser.troubles()).isEmpty();
    String origin = console.uri().toString();
    assertThat(browser.requests())
        .isNotEmpty()
        .allMatch(url -> url.startsWith(origin) || url.startsWith("data:"));
    open("/");
    int port = console.uri().getPort();
    console.close();
    browser.awaitTrue("document.querySelector('.banner')");
    console =
        Console.start(
            new ConsoleSettings("127.0.0.1", port),
            telemetry,
            TestConsole.app(),
            Actions.NONE,
            time);
    browser.awaitTrue("!document.querySelector('.banner')");
  }

  private void open(String path) {
    browser.open(console.uri().resolve(path));
    browser.awaitTrue(drawn(path.replaceFirst("[?].*", "")));
  }

  private static String drawn(String path) {
    String page = path.startsWith("/trace/") ? "/trace/" : path;
    return "document.querySelector('main')?.dataset.page === '%s' && document.querySelector('main').dataset.loaded === 'true' && !document.querySelector('.skeleton')"
        .formatted(page);
  }

  /** The big number under a name. */
  private String figure(String name) {
    return browser
        .evaluate(
            "[...document.querySelectorAll('.figure')].find(f => f.querySelector('dt').textContent === '%s').querySelector('.value').textContent"
                .formatted(name))
        .asText();
  }

  /** As the page itself writes such a number. */
  private String format(String how, double value) {
    return browser
        .evaluate("import('/web/format.js').then(f => f.%s(%s))".formatted(how, value))
        .asText();
  }

  private String text(String selector) {
    return browser
        .evaluate("document.querySelector('" + selector + "').textContent.trim()")
        .asText();
  }

  private List<String> texts(String expression) {
    List<String> texts = new ArrayList<>();
    browser.evaluate(expression).forEach(t -> texts.add(t.asText().trim()));
    return texts;
  }

  private String theme() {
    return browser.evaluate("document.documentElement.dataset.theme").asText();
  }

  private String place() {
    return browser.evaluate("location.pathname + location.search").asText();
  }

  private void key(String key, String target) {
    browser.evaluate(
        target
            + ".dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true, cancelable: true}))"
                .formatted(key));
  }

  private static JsonNode find(JsonNode all, String key, String value) {
    for (JsonNode one : all) {
      if (one.get(key).asText().equals(value)) {
        return one;
      }
    }
    throw new AssertionError(value + " is not in " + all);
  }

  private JsonNode api(String path) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(console.uri() + "api/v1/" + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return new ObjectMapper().readTree(response.body());
  }
}

package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.base.TimeSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the pages do, in a real browser: the numbers on them are those of the API, the range and the
 * theme go along, keys work, and a broken stream mends. Skipped, visibly, without Chromium.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsolePageIT {
  private final TimeSource time = new StillTime();
  private final FakeTelemetry telemetry = new FakeTelemetry(time);
  private Console console;
  private Browser browser;
  private Page page;

  @BeforeAll
  void start(@TempDir Path profile) throws Exception {
    Page.chromium();
    console = TestConsole.start(telemetry, time);
    page = Page.of(console, profile);
    browser = page.browser();
  }

  @BeforeEach
  void laptop() {
    browser.view(1440, 900, false);
  }

  @AfterAll
  void stop() {
    if (page != null) {
      page.close();
      console.close();
    }
  }

  @Test
  void overviewSaysWhatTheApiSays() throws Exception {
    page.open("/");
    JsonNode overview = page.api("overview");
    assertThat(page.figure("Requests"))
        .isEqualTo(page.format("rate", overview.at("/traffic/perSecond").asDouble()));
    assertThat(page.figure("P95 latency"))
        .isEqualTo(page.format("ms", overview.at("/traffic/latency/p95Ms").asDouble()));
    assertThat(page.figure("Replicas ready")).isEqualTo(overview.get("replicasReady").asText());
    assertThat(page.figure("Nodes")).isEqualTo(overview.get("nodes").asText());
    assertThat(page.figure("Cost"))
        .isEqualTo(page.format("dollars", overview.get("costPerHour").asDouble()));
    assertThat(page.text(".all-well")).contains("pg-3 is lagging");
  }

  @Test
  void endpointsAreThoseOfTheApiAndLeadToOne() throws Exception {
    page.open("/endpoints?window=1h");
    JsonNode endpoints = page.api("endpoints?window=1h").get("endpoints");
    List<String> expected = new ArrayList<>();
    for (JsonNode e : endpoints) {
      expected.add(
          e.get("method").asText()
              + e.get("route").asText()
              + page.format("rate", e.get("perSecond").asDouble())
              + page.format("ms", e.at("/latency/p95Ms").asDouble()));
    }
    assertThat(
            page.texts(
                "[...document.querySelectorAll('#endpoints tbody tr')].map(r =>"
                    + " r.cells[0].querySelector('a').textContent + r.cells[1].textContent +"
                    + " r.cells[6].textContent)"))
        .containsExactlyInAnyOrderElementsOf(expected);

    browser.evaluate("document.querySelectorAll('#endpoints th button')[6].click()");
    assertThat(page.text("#endpoints th[aria-sort=descending]")).isEqualTo("P95");
    assertThat(page.text("#endpoints tbody tr td a code")).isEqualTo("/api/reports/burndown");

    browser.evaluate("document.querySelector('#endpoints tbody a').click()");
    browser.awaitTrue(Page.drawn("/endpoint") + " && document.querySelector('.figure')");
    assertThat(place())
        .isEqualTo("/endpoint?window=1h&service=web&method=GET&route=/api/reports/burndown");
    assertThat(page.figure("Requests"))
        .isEqualTo(
            page.format(
                "rate",
                find(endpoints, "route", "/api/reports/burndown").get("perSecond").asDouble()));
    browser.evaluate("document.querySelector('#requests tbody a').click()");
    browser.awaitTrue(Page.drawn("/trace/"));
  }

  @Test
  void nodesHoldThePodsThatTheApiPlacesThere() throws Exception {
    page.open("/scaling");
    JsonNode replicas = page.api("replicas");
    for (JsonNode node : page.api("nodes")) {
      String name = node.get("name").asText();
      List<String> pods = new ArrayList<>();
      replicas.forEach(
          r -> {
            if (r.get("node").asText().equals(name)) {
              pods.add(r.get("instance").asText());
            }
          });
      assertThat(
              page.texts(
                  "[...document.querySelectorAll('[aria-label=\"Node %s\"] .pods li:not(.none)')].map(p => p.textContent)"
                      .formatted(name)))
          .as(name)
          .containsExactlyElementsOf(pods);
    }
    assertThat(page.text("#nodes")).contains("simulated");
    assertThat(page.text("#decisions")).contains("11 → 13").contains("in flight: 24.1 per replica");
    assertThat(browser.evaluate("document.querySelectorAll('time-chart canvas').length").asInt())
        .isEqualTo(3);
  }

  @Test
  void replicasAndShardsSayWhatTheApiSays() throws Exception {
    page.open("/replicas");
    for (JsonNode member : page.api("database").get("members")) {
      assertThat(page.text("[aria-label=\"Member %s\"]".formatted(member.get("name").asText())))
          .contains(member.get("role").asText(), member.get("state").asText())
          .contains(page.format("rate", member.get("perSecond").asDouble()));
    }
    page.open("/shards");
    JsonNode nodes = page.api("redis").get("nodes");
    double hits = 0;
    double misses = 0;
    for (JsonNode node : nodes) {
      hits += node.path("hitsPerSecond").asDouble();
      misses += node.path("missesPerSecond").asDouble();
    }
    assertThat(page.figure("Hit rate")).isEqualTo(page.format("percent", hits / (hits + misses)));
    assertThat(page.figure("Slots covered")).isEqualTo(page.format("percent", 1));
  }

  @Test
  void queriesLeadToOne() throws Exception {
    page.open("/queries");
    JsonNode first = page.api("queries?window=15m").get(0);
    assertThat(page.text("#queries tbody a")).isEqualTo(first.get("text").asText());
    browser.evaluate("document.querySelector('#queries tbody a').click()");
    browser.awaitTrue(Page.drawn("/query/"));
    assertThat(page.figure("Mean"))
        .isEqualTo(page.format("ms", first.at("/latency/meanMs").asDouble()));
    assertThat(page.text("pre")).contains("\nFROM ").contains("\nWHERE ");
  }

  @Test
  void theCriticalPathOfATraceIsItsWholeTime() {
    page.open("/trace/" + FakeTelemetry.TRACE);
    assertThat(browser.evaluate("document.querySelectorAll('.wf .line').length").asInt())
        .isEqualTo(13);
    assertThat(page.figure("Time")).isEqualTo(page.format("ms", 64));
    assertThat(page.figure("Repeated")).isEqualTo("8 ×");
    assertThat(
            browser
                .evaluate(
                    "import('/web/spans.js').then(m => fetch('/api/v1/trace/%s').then(r => r.json()).then(t => m.tree(t).reduce((s, r) => s + r.critical, 0)))"
                        .formatted(FakeTelemetry.TRACE))
                .asDouble())
        .isBetween(63.999, 64.001);
    key("ArrowDown", "document.querySelector('.wf')");
    key("ArrowUp", "document.querySelector('.wf')");
    assertThat(page.text(".wf [aria-selected=true]")).contains("SELECT users").contains("✕");
  }

  @Test
  void theRangeGoesAlongAndIsInTheUrl() {
    page.open("/?since=2026-01-01T10:00:00Z&until=2026-01-01T11:30:00Z");
    assertThat(page.text(".pick summary")).contains("10:00 – 11:30");
    browser.evaluate("document.querySelector('nav a[href^=\"/queries\"]').click()");
    browser.awaitTrue(Page.drawn("/queries"));
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

  /** The pages that show what was measured over a time, each with what it asks the API for. */
  @ParameterizedTest
  @CsvSource({
    "/,series",
    "/endpoints,endpoints",
    "/endpoint?service=web&method=GET&route=/api/search,analysis",
    "/traces,traces",
    "/map,map",
    "/errors,errors",
    "/replicas,database/members",
    "/queries,queries",
    "/query/" + FakeTelemetry.FINGERPRINT + ",query/" + FakeTelemetry.FINGERPRINT,
    "/shards,redis/series",
    "/scaling,autoscaler",
    "/sizing,sizing",
    "/edge,edge",
    "/alerts,alerts"
  })
  void everyPageAsksForTheRangeOfItsUrl(String path, String resource) {
    browser.requests().clear();
    page.open(path + (path.contains("?") ? "&" : "?") + "window=6h");
    assertThat(browser.requests())
        .anyMatch(r -> r.contains("/api/v1/" + resource + "?") && r.contains("window=6h"));
    assertThat(page.text(".pick summary")).isEqualTo("last 6 hours");
    assertThat(page.texts("[...document.querySelectorAll('nav a')].map(a => a.search)"))
        .as("the links of the other pages")
        .allMatch(search -> search.equals("?window=6h"));
  }

  @Test
  void draggingOverAChartChoosesThatTime() {
    page.open("/");
    browser.awaitTrue("document.querySelector('time-chart .u-over')");
    JsonNode box =
        browser.evaluate(
            "(b => [b.left, b.width, b.top])(document.querySelector('time-chart"
                + " .u-over').getBoundingClientRect())");
    double left = box.get(0).asDouble();
    double width = box.get(1).asDouble();
    browser.drag(left + width / 4, left + width * 3 / 4, box.get(2).asDouble() + 30);
    browser.awaitTrue("location.search.startsWith('?since=')");
    assertThat(
            browser
                .evaluate(
                    "(p => Date.parse(p.get('until')) - Date.parse(p.get('since')))(new"
                        + " URLSearchParams(location.search))")
                .asLong())
        .as("half of a quarter of an hour")
        .isBetween(440_000L, 460_000L);
  }

  @Test
  void keysAndThemes() {
    page.open("/");
    key("g", "document.body");
    key("s", "document.body");
    browser.awaitTrue(Page.drawn("/shards"));
    key("g", "document.body");
    key("e", "document.body");
    browser.awaitTrue(Page.drawn("/endpoints"));
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
    page.open("/shards");
    assertThat(theme()).as("kept").isEqualTo("dark");
    browser.evaluate("theme.choose('auto')");
    assertThat(theme()).isEqualTo("light");
  }

  @Test
  void noSuchPageAndNoSuchTrace() {
    browser.open(console.uri().resolve("/trace/00000000000000000000000000000001"));
    browser.awaitTrue("document.querySelector('.empty')");
    assertThat(page.text(".empty")).contains("is not known");
    browser.troubles().removeIf(t -> t.contains("404"));
  }

  /** A browser gives a server six connections; hidden tabs may not hold them all. */
  @Test
  void onlyTheSeenPageHoldsAStream() {
    for (int i = 0; i < 8; i++) {
      page.open("/shards");
      page.open("/replicas");
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
    page.open("/");
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
}

package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.base.TimeSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages that explain the application, in a real browser: every number on them is the API's.
 * Skipped, visibly, without Chromium.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnalysisPagesIT {
  private static final String SEARCH = "/endpoint?service=web&method=GET&route=/api/search";
  private static final String OF_SEARCH = "service=web&method=GET&route=/api/search&window=15m";

  private final TimeSource time = new StillTime();
  private Console console;
  private Page page;

  @BeforeAll
  void start(@TempDir Path profile) throws Exception {
    Page.chromium();
    console = TestConsole.start(new FakeTelemetry(time), time);
    page = Page.of(console, profile);
  }

  @AfterAll
  void stop() {
    if (page != null) {
      page.close();
      console.close();
    }
  }

  @AfterEach
  void readsInBothThemesAndHasNoErrors() {
    page.bothThemes();
    assertThat(page.browser().troubles()).isEmpty();
  }

  @Test
  void theMapHasTheNodesAndCallsOfTheApi() throws Exception {
    page.open("/map?window=1h");
    JsonNode map = page.api("map?window=1h");
    List<String> nodes = new ArrayList<>();
    for (JsonNode node : map.get("nodes")) {
      nodes.add(
          "%s, %s, P95 %s"
              .formatted(
                  node.get("name").asText(),
                  node.get("kind").asText().replace("external", "outside")
                      + ", "
                      + page.format("perSecond", node.get("perSecond").asDouble()),
                  page.format("ms", node.at("/latency/p95Ms").asDouble())));
    }
    assertThat(
            page.texts(
                "[...document.querySelectorAll('.node-box')].map(n =>"
                    + " n.getAttribute('aria-label'))"))
        .hasSize(7)
        .containsExactlyInAnyOrderElementsOf(nodes);
    assertThat(page.rows("edges")).containsExactlyInAnyOrderElementsOf(edges(map.get("edges")));

    page.browser()
        .evaluate(
            "document.querySelector('.node-box[aria-label^=\"mailer\"]').dispatchEvent(new"
                + " MouseEvent('click', {bubbles: true}))");
    assertThat(page.rows("edges")).as("of the chosen node").hasSize(3);
    assertThat(page.text(".node-box.chosen .name")).isEqualTo("mailer");
  }

  private List<String> edges(JsonNode edges) {
    List<String> rows = new ArrayList<>();
    for (JsonNode e : edges) {
      rows.add(
          String.join(
              "|",
              e.get("from").asText(),
              e.get("to").asText(),
              page.format("perSecond", e.get("perSecond").asDouble()),
              page.format("percent", e.get("errors").asDouble() / e.get("count").asDouble()),
              page.format("ms", e.at("/latency/p50Ms").asDouble()),
              page.format("ms", e.at("/latency/p95Ms").asDouble())));
    }
    return rows;
  }

  @Test
  void errorsAreTheGroupsOfTheApiWithTheirStacks() throws Exception {
    page.open("/errors?window=1h");
    JsonNode errors = page.api("errors?window=1h");
    double exceptions = 0;
    Set<String> services = new HashSet<>();
    for (int i = 0; i < errors.size(); i++) {
      JsonNode group = errors.get(i);
      String item = ".groups li:nth-child(%d) ".formatted(i + 1);
      exceptions += group.get("count").asDouble();
      services.add(group.get("service").asText());
      assertThat(page.text(item + ".n .value"))
          .isEqualTo(page.format("count", group.get("count").asDouble()));
      assertThat(page.text(item + ".message")).isEqualTo(group.get("message").asText());
      assertThat(page.text(item + ".what"))
          .contains(group.get("location").asText(), group.get("service").asText());
    }
    assertThat(page.figure("Groups")).isEqualTo("2");
    assertThat(page.figure("Exceptions")).isEqualTo(page.format("count", exceptions));
    assertThat(page.figure("New groups")).isEqualTo("1");
    assertThat(page.figure("Services")).isEqualTo(Integer.toString(services.size()));

    page.click(".groups summary");
    assertThat(page.text(".groups pre"))
        .isEqualTo(errors.get(0).get("stackTrace").asText().strip());
    assertThat(page.text(".groups .more .tag")).startsWith("2.14.");
    page.click(".groups .more a");
    page.await("/trace/");
  }

  @Test
  void anEndpointSaysWhereItsTimeGoes() throws Exception {
    page.open(SEARCH);
    JsonNode analysis = page.api("analysis?" + OF_SEARCH);
    double whole = 0;
    for (JsonNode part : analysis.get("parts")) {
      whole += part.get("ms").asDouble();
    }
    List<String> parts = new ArrayList<>();
    for (JsonNode part : analysis.get("parts")) {
      parts.add(
          page.format("percent", part.get("ms").asDouble() / whole)
              + page.format("ms", part.get("ms").asDouble()));
    }
    assertThat(
            page.texts(
                "[...document.querySelectorAll('#analysis .time-parts li')].map(l =>"
                    + " l.children[3].textContent + l.children[4].textContent)"))
        .isEqualTo(parts);
    assertThat(page.text("#analysis"))
        .contains("mean of 184 traces")
        .contains(
            "Without PostgreSQL a request would be "
                + page.format("ms", analysis.at("/bottleneck/ms").asDouble())
                + " faster");
  }

  @Test
  void anEndpointNamesItsStatementsPerRequest() throws Exception {
    page.open(SEARCH);
    JsonNode analysis = page.api("analysis?" + OF_SEARCH);
    double requests = analysis.get("requests").asDouble();
    List<String> rows = new ArrayList<>();
    for (JsonNode s : analysis.get("statements")) {
      rows.add(
          String.join(
              "|",
              s.get("text").asText(),
              page.format("ms", s.get("ms").asDouble() / requests),
              page.format("rate", s.get("count").asDouble() / requests),
              page.format("ms", s.get("queueMs").asDouble() / requests),
              page.format("rate", s.get("rows").asDouble() / requests)));
    }
    assertThat(page.rows("statements")).hasSize(2).isEqualTo(rows);
  }

  @Test
  void anEndpointShowsItsSlowestRequestsWithTheirStatements() throws Exception {
    page.open(SEARCH);
    JsonNode slow = page.api("slow?" + OF_SEARCH + "&limit=20");
    List<String> times = new ArrayList<>();
    slow.forEach(r -> times.add(page.format("ms", r.get("durationMs").asDouble())));
    assertThat(page.all("#slow .n b")).hasSize(8).isEqualTo(times);
    assertThat(page.text("#slow summary")).contains("21 statements");

    page.click("#slow summary");
    page.browser().awaitTrue("document.querySelector('#slow table')");
    List<String> rows = new ArrayList<>();
    for (JsonNode s : slow.get(0).get("statements")) {
      rows.add(
          String.join(
              "|",
              s.get("text").asText(),
              page.format("count", s.get("count").asDouble()),
              page.format("ms", s.get("ms").asDouble()),
              page.format("ms", s.get("queueMs").asDouble()),
              page.format("count", s.get("rows").asDouble())));
    }
    assertThat(page.rows("slow")).isEqualTo(rows);
    page.click("#slow .more p a");
    page.await("/trace/");
    assertThat(page.browser().evaluate("location.pathname").asText())
        .isEqualTo("/trace/" + slow.get(0).get("trace").asText());
  }

  @Test
  void anEndpointTellsOnlyItsOwnRepeatedCalls() throws Exception {
    page.open(SEARCH);
    JsonNode call = page.api("repeated?window=15m").get(0);
    assertThat(page.all("#repeated .repeats li")).hasSize(1);
    assertThat(page.text("#repeated .times-n"))
        .contains(page.format("rate", call.get("meanCalls").asDouble()) + " ×")
        .contains("at most " + call.get("mostCalls").asText());
    assertThat(page.text("#repeated .repeats > li > .n"))
        .contains(page.format("ms", call.get("meanMs").asDouble()), "184 traces");
    assertThat(page.text("#repeated")).contains(call.get("text").asText(), "one call for all");

    page.open("/endpoint?service=web&method=GET&route=/api/audit");
    assertThat(page.text("#repeated")).contains("No call is repeated");
    assertThat(page.text("#analysis")).contains("No trace of it");
  }
}

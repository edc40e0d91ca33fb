package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.base.TimeSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages of limits, cache, alerts, advice, sizes, pools and servers, in a real browser: every
 * number on them is the API's. Skipped, visibly, without Chromium.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CapacityPagesIT {
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
  void limitsCountWhatTheApiCounts() throws Exception {
    page.open("/edge?window=1h");
    JsonNode edge = page.api("edge?window=1h");
    List<String> rows = new ArrayList<>();
    double refused = 0;
    double observed = 0;
    for (JsonNode limit : edge.get("limits")) {
      double of = limit.at("/outcomes/limited").asDouble();
      double would = limit.at("/outcomes/observed").asDouble();
      refused += of;
      observed += would;
      rows.add(
          String.join(
              "|",
              limit.get("rule").asText() + (limit.get("observe").asBoolean() ? " observes" : ""),
              limit.has("callers") ? page.format("count", limit.get("callers").asDouble()) : "–",
              page.format("count", limit.at("/outcomes/allowed").asDouble()),
              page.format("count", of + would)));
    }
    assertThat(page.rows("limits")).hasSize(2).containsExactlyInAnyOrderElementsOf(rows);
    assertThat(page.figure("Refused (429)")).isEqualTo(page.format("count", refused));
    assertThat(page.figure("Would be refused")).isEqualTo(page.format("count", observed));
    List<String> offenders = new ArrayList<>();
    for (JsonNode offender : edge.get("offenders")) {
      offenders.add(
          String.join(
              "|",
              offender.get("caller").asText(),
              offender.get("rule").asText(),
              page.format("count", offender.get("refused").asDouble())));
    }
    assertThat(page.rows("offenders")).isEqualTo(offenders);
  }

  @Test
  void theCacheAnswersAsTheApiSays() throws Exception {
    page.open("/edge?window=1h");
    JsonNode cache = page.api("edge?window=1h").get("cache");
    double hits = 0;
    double asked = 0;
    for (JsonNode route : cache.get("routes")) {
      JsonNode of = route.get("outcomes");
      double answered =
          of.path("hit").asDouble()
              + of.path("collapsed").asDouble()
              + of.path("revalidated").asDouble();
      hits += answered;
      asked += answered + of.path("miss").asDouble();
    }
    assertThat(page.figure("Cache hit rate")).isEqualTo(page.format("percent", hits / asked));
    assertThat(page.figure("From the cache"))
        .isEqualTo(page.format("bytes", cache.get("servedBytes").asDouble()));
    assertThat(page.figure("In memory"))
        .isEqualTo(page.format("count", cache.get("entries").asDouble()));
    assertThat(page.text("#cached tbody")).contains("/api/reports/burndown", "bypassed");
    assertThat(page.rows("cached")).hasSameSizeAs(cache.get("routes"));
  }

  @Test
  void alertsAreThoseThatHold() throws Exception {
    page.open("/alerts?window=1h");
    JsonNode alerts = page.api("alerts?window=1h");
    assertThat(page.figure("Firing")).isEqualTo("1");
    assertThat(page.figure("Pending")).isEqualTo("1");
    assertThat(page.figure("Rules")).isEqualTo(Integer.toString(alerts.get("rules").size()));
    assertThat(page.figure("Messages")).isEqualTo("1");
    List<String> rows = page.rows("active");
    assertThat(rows).hasSameSizeAs(alerts.get("active"));
    assertThat(rows.getFirst()).contains("firing", "web GET /api/search", "1.20\u202fs", "ops");
    assertThat(rows.getLast()).contains("pending", "web GET /api/audit", "312\u202fms");
    assertThat(page.all(".rules li b")).containsExactly(FakeControls.BURNING, "errors > 2% for 1m");
  }

  @Test
  void adviceHasTheEvidenceOfTheApi() throws Exception {
    page.open("/advice");
    JsonNode advice = page.api("advice");
    double saves = 0;
    List<String> titles = new ArrayList<>();
    for (JsonNode piece : advice) {
      if (piece.get("state").asText().equals("proposed")) {
        saves += piece.get("secondsPerHour").asDouble();
        titles.add(piece.get("title").asText());
      }
    }
    assertThat(page.figure("Open")).isEqualTo("2");
    assertThat(page.figure("Applied")).isEqualTo("1");
    assertThat(page.figure("Could save")).isEqualTo(page.format("duration", saves * 1000));
    assertThat(page.all(".advices .what > b")).isEqualTo(titles);

    page.click(".advices summary");
    JsonNode index = advice.get(0);
    assertThat(page.text(".advices .more"))
        .contains(
            page.format("ms", index.at("/evidence/before/millis").asDouble()),
            page.format("ms", index.at("/evidence/after/millis").asDouble()),
            page.format("count", index.at("/evidence/before/buffers").asDouble()),
            page.format("ms", index.at("/evidence/millisPerCall").asDouble()),
            index.at("/evidence/after/plan").asText(),
            index.get("action").asText(),
            index.at("/evidence/notes/0").asText());
  }

  @Test
  void sizesAndCostAreThoseOfTheApi() throws Exception {
    page.open("/sizing");
    JsonNode sizing = page.api("sizing?window=15m");
    JsonNode cost = sizing.get("cost");
    double now = 0;
    for (JsonNode part : cost.get("byCapacityType")) {
      now += part.asDouble();
    }
    assertThat(page.text("main")).contains(page.format("dollars", now));
    for (JsonNode service : sizing.get("services")) {
      String name = service.get("service").asText();
      String tile = page.text("[aria-label=\"Size of %s\"]".formatted(name));
      assertThat(tile)
          .contains(page.format("cores", service.at("/cpu/target").asDouble()))
          .contains(page.format("cores", service.at("/cpu/request").asDouble()));
      if (service.at("/memory/target").isNumber()) {
        assertThat(tile).contains(page.format("bytes", service.at("/memory/target").asDouble()));
      }
    }
  }

  @Test
  void poolsSayHowLargeAndWhy() throws Exception {
    page.open("/replicas");
    List<String> rows = new ArrayList<>();
    for (JsonNode member : page.api("database").get("members")) {
      JsonNode pool = member.get("pool");
      rows.add(
          String.join(
              "|",
              member.get("name").asText(),
              page.format("count", pool.get("limit").asDouble()),
              page.format("count", pool.get("inUse").asDouble()),
              page.format("count", pool.get("idle").asDouble()),
              page.format("count", pool.get("waiting").asDouble()),
              pool.path("why").asText("unchanged since the start")));
    }
    List<String> shown = page.rows("pools");
    assertThat(shown).hasSize(5);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(shown.get(i)).startsWith(rows.get(i));
    }
    assertThat(page.text("[aria-label=Failovers]"))
        .as("two steps of one pool are told once")
        .contains("pool of pg-1 shrank 24 → 20: at most")
        .contains("router: connection pool")
        .doesNotContain("headroom.");
  }

  @Test
  void serversUseWhatTheApiMeasured() throws Exception {
    page.open("/replicas");
    for (JsonNode member : page.api("database").get("members")) {
      JsonNode usage = member.get("usage");
      assertThat(page.text("[aria-label=\"Member %s\"]".formatted(member.get("name").asText())))
          .contains(
              page.format("cores", usage.get("cpuCores").asDouble())
                  + " of "
                  + page.format("count", usage.get("cpuLimit").asDouble()),
              page.format("bytes", usage.get("memoryBytes").asDouble())
                  + " of "
                  + page.format("bytes", usage.get("memoryLimit").asDouble()));
    }
    page.open("/shards");
    for (JsonNode node : page.api("redis").get("nodes")) {
      String limit =
          node.get("memoryLimit").asDouble() > 0
              ? " of " + page.format("bytes", node.get("memoryLimit").asDouble())
              : " no limit";
      if (node.get("role").asText().equals("master")) {
        assertThat(page.text("[aria-label=\"Shard of %s\"]".formatted(node.get("name").asText())))
            .contains(page.format("bytes", node.get("memoryBytes").asDouble()) + limit)
            .contains(node.get("slots").asText());
      }
    }
    assertThat(page.figure("Failovers")).isEqualTo("1");
  }
}

package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.apm.Window;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the buttons do, in a real browser: nothing before they are confirmed, then the deed, and the
 * page shows that it is done. Skipped, visibly, without Chromium.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ActionsIT {
  private final TimeSource time = new StillTime();
  private final FakeTelemetry telemetry = new FakeTelemetry(time);
  private final List<String> done = new CopyOnWriteArrayList<>();
  private Console console;
  private Page page;

  @BeforeAll
  void start(@TempDir Path profile) throws Exception {
    Page.chromium();
    console = TestConsole.start(telemetry, new Recorder(), time);
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
  void hasNoErrors() {
    assertThat(page.browser().troubles()).isEmpty();
    done.clear();
  }

  @Test
  void purgesWhatWasTypedOnceItIsConfirmed() {
    page.open("/edge");
    type("input[placeholder^=\"/api\"]", "/api/reports/**, /logo.png");
    type("input[placeholder=reports]", "reports");
    page.press("Purge");
    page.awaitText("Removes what is at /api/reports/**, /logo.png, tag reports.");
    assertThat(done).as("before it is confirmed").isEmpty();
    page.press("No");
    page.press("Purge");
    page.press("Yes, purge");
    page.awaitText("37 removed");
    assertThat(done).containsExactly("purge [/api/reports/**, /logo.png] [reports]");
  }

  @Test
  void asksForSomethingToPurge() {
    page.open("/edge");
    type("input[placeholder^=\"/api\"]", "");
    type("input[placeholder=reports]", "");
    page.press("Purge");
    page.awaitText("Name a path or a tag first.");
    assertThat(
            page.browser()
                .evaluate(
                    "[...document.querySelectorAll('.ask button')].map(b => b.textContent).join()")
                .asText())
        .as("nothing to confirm")
        .isEqualTo("Close");
  }

  @Test
  void appliesAdviceAndShowsItApplied() throws Exception {
    page.open("/advice");
    page.click(".advices summary");
    page.press("Apply");
    page.awaitText("Runs the statements above on the primary");
    assertThat(done).as("before it is confirmed").isEmpty();
    page.press("Yes, apply");
    page.awaitFigure("Applied", "2");
    assertThat(done).containsExactly("apply " + FakeControls.INDEX);
    assertThat(page.figure("Open")).isEqualTo("1");
    for (JsonNode piece : page.api("advice")) {
      if (piece.get("id").asText().equals(FakeControls.INDEX)) {
        assertThat(piece.get("state").asText()).isEqualTo("applied");
      }
    }
    page.press("applied");
    page.awaitText("An index for the search in issues");
    telemetry.happened.clear();
  }

  @Test
  void silencesAnAlertAndEndsTheSilence() throws Exception {
    page.open("/alerts");
    page.press("Silence");
    page.browser()
        .evaluate(
            "(() => { const s = document.querySelector('.ask select'); s.value = '4h';"
                + " s.dispatchEvent(new Event('change', {bubbles: true})); })()");
    page.press("Yes, silence");
    page.awaitText("silent until");
    assertThat(done).containsExactly("silence " + FakeControls.BURNING + " PT4H");
    assertThat(page.figure("Silent")).isEqualTo("1");
    assertThat(page.api("alerts").at("/rules/0/silentUntil").asLong())
        .isEqualTo(time.now().plus(Duration.ofHours(4)).toEpochMilli());

    page.press("End silence");
    page.press("Yes, end silence");
    page.browser()
        .awaitTrue("!document.querySelector('main').textContent.includes('silent until')");
    assertThat(done).contains("silence " + FakeControls.BURNING + " PT0S");
    telemetry.happened.clear();
  }

  @Test
  void saysWhyAnActionFailed() {
    page.open("/edge");
    type("input[placeholder^=\"/api\"]", "/broken");
    page.press("Purge");
    page.press("Yes, purge");
    page.browser().awaitTrue("document.querySelector('main [role=alert]')");
    assertThat(page.text("main [role=alert]")).isEqualTo("the gateway does not answer");
    page.browser().troubles().removeIf(t -> t.contains("409"));
  }

  private void type(String selector, String text) {
    page.browser()
        .evaluate(
            "(() => { const i = document.querySelector('%s'); i.value = '%s';"
                    .formatted(selector, text)
                + " i.dispatchEvent(new Event('input', {bubbles: true})); })()");
  }

  private void happens(String name, Object... words) {
    telemetry.happened.add(
        LogRecord.event(time.epochNanos(), LogRecord.INFO, name, "done", Attributes.of(words)));
  }

  /** Notes what is asked, and has the store know of it as the real ones do. */
  private final class Recorder implements Actions {
    @Override
    public Optional<Purging> purging() {
      return Optional.of(
          (paths, tags) -> {
            if (paths.contains("/broken")) {
              throw UserError.machine("the gateway does not answer");
            }
            done.add("purge " + paths + " " + tags);
            return 37;
          });
    }

    @Override
    public Optional<Applying> applying() {
      return Optional.of(
          id -> {
            done.add("apply " + id);
            List<Object> words = new ArrayList<>();
            telemetry
                .events(Window.before(time.now(), Duration.ofDays(1)), Vocabulary.EVENT_ADVICE, 100)
                .stream()
                .filter(e -> e.attributes().text(Vocabulary.ADVICE_ID).orElse("").equals(id))
                .findFirst()
                .orElseThrow()
                .attributes()
                .with(Vocabulary.STATE, "applied")
                .toMap()
                .forEach(
                    (key, value) -> {
                      words.add(key);
                      words.add(value);
                    });
            happens(Vocabulary.EVENT_ADVICE, words.toArray());
            return "created issues_tenant_title";
          });
    }

    @Override
    public Optional<Silencing> silencing() {
      return Optional.of(
          (alert, length, _) -> {
            done.add("silence " + alert + " " + length);
            happens(
                Vocabulary.EVENT_SILENCE,
                Vocabulary.ALERT,
                alert,
                "headroom.until",
                time.now().plus(length).toString());
          });
    }
  }
}

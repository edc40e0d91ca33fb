package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser; skipped, visibly, where there is none. */
class ConsolePageIT {
  private static final String DRAWN =
      "document.querySelectorAll('.uplot').length === 4"
          + " && document.querySelectorAll('#endpoints tbody tr').length === 20"
          + " && document.querySelectorAll('.wf .span').length === 13";

  @Test
  void drawsAllSectionsAndMendsItsStream(@TempDir Path profile) throws Exception {
    Optional<Path> chromium = Browser.find();
    Assumptions.assumeTrue(chromium.isPresent(), "no Chromium on the PATH: apt install chromium");
    TimeSource time = TimeSource.system();
    FakeTelemetry telemetry = new FakeTelemetry(time);
    Path shots = Files.createDirectories(Path.of("target", "screenshots"));
    Console console = TestConsole.start(telemetry, time);
    try (Browser browser = Browser.start(chromium.get(), profile)) {
      browser.view(1440, 900, true);
      browser.open(console.uri());
      browser.awaitTrue(DRAWN);
      Files.write(shots.resolve("console-dark.png"), browser.screenshot());
      assertThat(browser.evaluate("document.querySelector('h1').textContent").asText())
          .startsWith("tracker");
      assertThat(browser.evaluate("document.querySelector('#nodes').textContent").asText())
          .contains("simulated");

      browser.evaluate(
          "document.querySelectorAll('#endpoints th button')[5].click();"
              + "document.querySelectorAll('#endpoints th button')[5].click()");
      assertThat(
              browser
                  .evaluate(
                      "document.querySelectorAll('#endpoints th')[5].getAttribute('aria-sort')")
                  .asText())
          .isEqualTo("ascending");
      browser.evaluate("document.querySelector('#endpoints td button').click()");
      browser.awaitTrue("document.querySelector('dialog').open");
      browser.evaluate("document.querySelector('dialog .close').click()");

      browser.view(390, 844, false);
      browser.awaitTrue("innerWidth === 390");
      assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
          .as("no sideways scrolling on a phone")
          .isEqualTo(390);
      Files.write(shots.resolve("console-phone.png"), browser.screenshot());
      browser.view(1440, 900, false);
      Files.write(shots.resolve("console-light.png"), browser.screenshot());

      assertThat(browser.troubles()).isEmpty();
      String origin = console.uri().toString();
      assertThat(browser.requests())
          .isNotEmpty()
          .allMatch(url -> url.startsWith(origin) || url.startsWith("data:"));

      int port = console.uri().getPort();
      console.close();
      browser.awaitTrue("document.querySelector('.banner')");
      console =
          Console.start(new ConsoleSettings("127.0.0.1", port), telemetry, TestConsole.app(), time);
      browser.awaitTrue("!document.querySelector('.banner')");
    } finally {
      console.close();
    }
  }
}

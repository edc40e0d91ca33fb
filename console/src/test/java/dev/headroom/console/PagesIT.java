package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every page in a real browser, on a laptop and a phone, light and dark; a picture of each goes to
 * {@code target/screenshots}. Skipped, visibly, where there is no Chromium.
 *
 * <p>{@code -Dconsole=http://127.0.0.1:8800} takes the pictures of a console that runs.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesIT {
  private static final Path SHOTS = Path.of("target", "screenshots");

  private final Optional<URI> running =
      Optional.ofNullable(System.getProperty("console")).map(URI::create);
  private Console console;
  private Browser browser;
  private URI base;

  @BeforeAll
  void start(@TempDir Path profile) throws IOException {
    Optional<Path> chromium = Browser.find();
    Assumptions.assumeTrue(chromium.isPresent(), "no Chromium on the PATH: apt install chromium");
    TimeSource time = TimeSource.system();
    console = TestConsole.start(new FakeTelemetry(time), time);
    base = running.orElseGet(() -> console.uri());
    Files.createDirectories(SHOTS);
    browser = Browser.start(chromium.get(), profile);
  }

  @AfterAll
  void stop() {
    if (browser != null) {
      browser.close();
      console.close();
    }
  }

  /** {@code drawn} is what only this page has, over invented figures. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          overview | /                                                   | .ranking li
          scaling  | /scaling                                            | .node .pods li
          sizing   | /sizing                                             | main
          replicas | /replicas                                           | .members .replica
          shards   | /shards                                             | .slots i
          endpoints| /endpoints                                          | #endpoints tbody tr
          endpoint | /endpoint?service=web&method=GET&route=/api/search  | .figure
          traces   | /traces                                             | #traces-0 tbody tr
          trace    | /trace/4bf92f3577b34da6a3ce929d0e0e4736             | .wf .critical
          map      | /map                                                | main
          errors   | /errors                                             | main
          queries  | /queries                                            | #queries tbody tr
          query    | /query/0000000076d7a65a                             | main
          advice   | /advice                                             | main
          alerts   | /alerts                                             | main
          edge     | /edge                                               | main
          system   | /system                                             | .document
          """)
  void isDrawn(String name, String path, String drawn) throws IOException {
    browser.view(1440, 900, false);
    browser.open(base.resolve(path(name, path)));
    browser.awaitTrue(ready(name));
    if (running.isEmpty()) {
      browser.awaitTrue("document.querySelector('" + drawn + "')");
      assertThat(browser.troubles()).isEmpty();
    }
    shoot(name, "light");
    browser.view(1440, 900, true);
    browser.awaitTrue("document.documentElement.dataset.theme === 'dark'");
    shoot(name, "dark");
    browser.view(390, 844, true);
    browser.awaitTrue("innerWidth === 390");
    shoot(name, "phone-dark");
    browser.view(390, 844, false);
    browser.awaitTrue("document.documentElement.dataset.theme === 'light'");
    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
        .as("no sideways scrolling on a phone")
        .isEqualTo(390);
    shoot(name, "phone-light");
  }

  private static String ready(String name) {
    return "document.querySelector('main')?.dataset.page?.startsWith('/%s')"
            .formatted(name.equals("overview") ? "" : name)
        + " && document.querySelector('main').dataset.loaded === 'true'"
        + " && !document.querySelector('.skeleton')";
  }

  /* What a running console has instead of the invented trace and statement: the first of each. */
  private String path(String name, String path) {
    if (running.isEmpty()) {
      return name.equals("query") ? "/query/" + FakeTelemetry.FINGERPRINT : path;
    }
    String first =
        switch (name) {
          case "endpoint" ->
              "get('endpoints?window=15m').then(b => b.endpoints.sort((x, y) =>"
                  + " y.latency.p95Ms - x.latency.p95Ms)[0]).then(e => e &&"
                  + " '/endpoint?service=' + e.service + '&method=' + e.method + '&route=' +"
                  + " encodeURIComponent(e.route))";
          case "trace" ->
              "get('traces?order=slowest').then(b => b.sort((x, y) => y.spans - x.spans)[0])"
                  + ".then(t => t && '/trace/' + t.id)";
          case "query" -> "get('queries').then(b => b[0] && '/query/' + b[0].fingerprint)";
          default -> "Promise.resolve('" + path + "')";
        };
    browser.open(base);
    browser.awaitTrue("document.querySelector('main')");
    return browser
        .evaluate("(get => " + first + ")(path => fetch('/api/v1/' + path).then(r => r.json()))")
        .asText(path);
  }

  private void shoot(String name, String kind) throws IOException {
    Files.write(SHOTS.resolve(name + "-" + kind + ".png"), browser.screenshot());
  }
}

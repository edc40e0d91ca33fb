package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every page in a real browser, on a laptop, a tablet and a phone, light and dark; a picture of
 * each whole page goes to {@code target/screenshots}. Skipped, visibly, where there is no Chromium.
 *
 * <p>{@code -Dconsole=http://127.0.0.1:8800} takes the pictures of a console that runs, {@code
 * -Dconsole.token=…} with its token.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesIT {
  private static final Path SHOTS = Path.of("target", "screenshots");
  private static final int TALLEST = 8000;

  /* Charts notice their new width with one frame and are drawn with the next. */
  private static final String DRAWN_ANEW =
      "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>"
          + " requestAnimationFrame(done))))";

  private enum Screen {
    LAPTOP(1280, 900),
    TABLET(700, 900),
    PHONE(390, 844);

    private final int width;
    private final int height;

    Screen(int width, int height) {
      this.width = width;
      this.height = height;
    }
  }

  private final Optional<URI> running =
      Optional.ofNullable(System.getProperty("console")).map(URI::create);
  private Console console;
  private Browser browser;
  private Page page;
  private URI base;

  @BeforeAll
  void start(@TempDir Path profile) throws IOException {
    Page.chromium();
    TimeSource time = TimeSource.system();
    console = TestConsole.start(new FakeTelemetry(time), time);
    base = running.orElseGet(() -> console.uri());
    Files.createDirectories(SHOTS);
    page = Page.of(base, profile);
    browser = page.browser();
    Optional.ofNullable(System.getProperty("console.token")).ifPresent(this::logIn);
  }

  private void logIn(String token) {
    browser.open(base);
    browser.awaitTrue("document.querySelector('input[type=password]')");
    browser.evaluate(
        "(() => { document.querySelector('input[type=password]').value = '%s';".formatted(token)
            + " document.querySelector('form').requestSubmit(); })()");
    page.await("/");
  }

  @AfterAll
  void stop() {
    if (page != null) {
      page.close();
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
          sizing   | /sizing                                             | .sizes .scale
          replicas | /replicas                                           | .members .replica
          shards   | /shards                                             | .slots i
          endpoints| /endpoints                                          | #endpoints tbody tr
          endpoint | /endpoint?service=web&method=GET&route=/api/search  | #slow summary
          traces   | /traces                                             | tbody tr
          trace    | /trace/4bf92f3577b34da6a3ce929d0e0e4736             | .wf .critical
          map      | /map                                                | .node-box
          errors   | /errors                                             | .groups summary
          queries  | /queries                                            | #queries tbody tr
          query    | /query/a3f1c20d9b7e4455                             | pre
          advice   | /advice                                             | .advices summary
          alerts   | /alerts                                             | .rules li
          edge     | /edge                                               | #cached tbody tr
          system   | /system                                             | .document
          """)
  void isDrawn(String name, String path, String drawn) throws IOException {
    browser.view(Screen.LAPTOP.width, Screen.LAPTOP.height, false);
    browser.open(base.resolve(path(name, path)));
    browser.awaitTrue(ready(name));
    if (running.isEmpty()) {
      browser.awaitTrue("document.querySelector('" + drawn + "')");
      assertThat(browser.troubles()).isEmpty();
      page.bothThemes();
    }
    // What is folded is seen as well.
    browser.evaluate("document.querySelector('main details')?.setAttribute('open', '')");
    for (Screen screen : Screen.values()) {
      for (boolean dark : new boolean[] {false, true}) {
        browser.view(screen.width, screen.height, dark);
        browser.awaitTrue(
            "document.documentElement.dataset.theme === '%s' && innerWidth === %d"
                .formatted(dark ? "dark" : "light", screen.width));
        browser.evaluate(DRAWN_ANEW);
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
            .as("no sideways scrolling on a %s", screen)
            .isLessThanOrEqualTo(screen.width);
        int height = browser.evaluate("document.documentElement.scrollHeight").asInt();
        browser.view(screen.width, Math.clamp(height, screen.height, TALLEST), dark);
        browser.evaluate(DRAWN_ANEW);
        Files.write(
            SHOTS.resolve("%s-%d-%s.png".formatted(name, screen.width, dark ? "dark" : "light")),
            browser.screenshot());
      }
    }
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
      return path;
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
}

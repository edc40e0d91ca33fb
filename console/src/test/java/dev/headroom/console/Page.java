package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A console in a real browser, and the API behind it to compare with. */
final class Page implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Browser browser;
  private final URI base;
  private final HttpClient http = HttpClient.newHttpClient();

  private Page(Browser browser, URI base) {
    this.browser = browser;
    this.base = base;
  }

  /** Skips the tests, visibly, where there is no Chromium. */
  static Page of(Console console, Path profile) throws IOException {
    return of(console.uri(), profile);
  }

  static Page of(URI console, Path profile) throws IOException {
    return new Page(Browser.start(chromium(), profile), console);
  }

  static Path chromium() {
    Optional<Path> chromium = Browser.find();
    Assumptions.assumeTrue(chromium.isPresent(), "no Chromium on the PATH: apt install chromium");
    return chromium.orElseThrow();
  }

  Browser browser() {
    return browser;
  }

  /** Opens it on a laptop and waits until it is drawn. */
  void open(String path) {
    browser.view(1440, 900, false);
    browser.open(base.resolve(path));
    await(path);
  }

  /** Waits until the page of {@code path} is drawn. */
  void await(String path) {
    browser.awaitTrue(drawn(path.replaceFirst("[?].*", "")));
  }

  static String drawn(String path) {
    String page = path.replaceFirst("^(/trace/|/query/).*", "$1");
    return "document.querySelector('main')?.dataset.page === '%s'".formatted(page)
        + " && document.querySelector('main').dataset.loaded === 'true'"
        + " && !document.querySelector('.skeleton')";
  }

  /** What the API answers; the console's clock must stand still for it to be what the page has. */
  JsonNode api(String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(base.resolve("/api/v1/" + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  /** The big number under a name. */
  String figure(String name) {
    return browser
        .evaluate(
            "[...document.querySelectorAll('.figure')].find(f => f.querySelector('dt').textContent"
                + " === '%s')?.querySelector('.value').textContent".formatted(name))
        .asText();
  }

  /** As the page itself writes such a number, by the name of a function of format.js. */
  String format(String how, double value) {
    return browser
        .evaluate(
            "import('/web/format.js').then(f => f.%s(%s))"
                .formatted(how, String.format(Locale.ROOT, "%.17g", value)))
        .asText();
  }

  void awaitFigure(String name, String value) {
    browser.awaitTrue(
        "[...document.querySelectorAll('.figure')].some(f => f.querySelector('dt').textContent ==="
            + " '%s' && f.querySelector('.value').textContent === '%s')".formatted(name, value));
  }

  String text(String selector) {
    return browser
        .evaluate("document.querySelector('" + selector + "')?.textContent.trim()")
        .asText();
  }

  /** The texts of all that a selector finds. */
  List<String> all(String selector) {
    return texts("[...document.querySelectorAll('" + selector + "')].map(e => e.textContent)");
  }

  /** The cells of a table, row by row in the order of the page, joined by {@code |}. */
  List<String> rows(String table) {
    return texts(
        "[...document.querySelectorAll('#%s tbody tr')].map(r => [...r.cells].map(c =>"
                .formatted(table)
            + " c.textContent.trim().replace(/[ \\n]+/g, ' ')).join('|'))");
  }

  List<String> texts(String expression) {
    List<String> texts = new ArrayList<>();
    browser.evaluate(expression).forEach(t -> texts.add(t.asText().trim()));
    return texts;
  }

  void click(String selector) {
    browser.evaluate("document.querySelector('" + selector + "').click()");
  }

  /** Presses the button with these words. */
  void press(String words) {
    browser.awaitTrue(button(words));
    browser.evaluate(button(words) + ".click()");
  }

  private static String button(String words) {
    return "[...document.querySelectorAll('main button')].find(b => b.textContent.trim() === '%s' &&"
            .formatted(words)
        + " !b.disabled)";
  }

  void awaitText(String words) {
    browser.awaitTrue("document.querySelector('main').textContent.includes('" + words + "')");
  }

  /**
   * Draws the page in both themes, and asks of each that its text can be read: a contrast of 4.5 or
   * more, as WCAG 2 has it.
   */
  void bothThemes() {
    for (boolean dark : List.of(true, false)) {
      browser.view(1440, 900, dark);
      browser.awaitTrue(
          "document.documentElement.dataset.theme === '%s'".formatted(dark ? "dark" : "light"));
      assertThat(texts(FAINT))
          .as("hard to read in the %s theme", dark ? "dark" : "light")
          .isEmpty();
    }
  }

  /* Texts of the page whose contrast with what is behind them is below 4.5 to 1. */
  private static final String FAINT =
      """
      (() => {
        const rgb = text => (text.match(/[\\d.]+/g) ?? []).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
          .map(v => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
          .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = element => {
          for (let e = element; e; e = e.parentElement) {
            const color = getComputedStyle(e).backgroundColor;
            const [r, g, b, a = 1] = rgb(color);
            if (color.startsWith('rgb') && a === 1) return [r, g, b];
          }
          return [255, 255, 255];
        };
        const poor = new Set();
        for (const e of document.querySelectorAll('main *:not(svg, svg *, canvas, option)')) {
          const words = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join('');
          if (!words || !e.checkVisibility() || e.closest('button:disabled, .slots, .unseen, .wf .len')) continue;
          const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
          if ((a + 0.05) / (b + 0.05) < 4.5) poor.add(words.slice(0, 40) + ' ' + ((a + 0.05) / (b + 0.05)).toFixed(1));
        }
        return [...poor];
      })()\
      """;

  @Override
  public void close() {
    browser.close();
    http.close();
  }
}

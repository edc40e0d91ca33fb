package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A console with a token, in a real browser: nothing without it, a cookie after it, and none of it
 * where there is no token. Skipped, visibly, without Chromium.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoginIT {
  private static final String TOKEN = "0123456789abcdef-token";

  private final TimeSource time = new StillTime();
  private final HttpClient http = HttpClient.newHttpClient();
  private Console console;
  private Browser browser;

  @BeforeAll
  void start(@TempDir Path profile) throws Exception {
    console =
        Console.start(
            new ConsoleSettings("127.0.0.1", 0, Optional.of(TOKEN)),
            new FakeTelemetry(time),
            TestConsole.app(),
            Actions.NONE,
            time);
    browser = Browser.start(Page.chromium(), profile);
    browser.view(1280, 800, false);
  }

  @AfterAll
  void stop() {
    if (browser != null) {
      browser.close();
    }
    console.close();
    http.close();
  }

  @Test
  void asksForTheTokenOnceAndKeepsTheCookieFromScripts() {
    browser.open(console.uri().resolve("/shards?window=1h"));
    browser.awaitTrue("document.querySelector('input[type=password]')");
    assertThat(
            browser.evaluate("document.querySelector('main, #root')?.textContent ?? ''").asText())
        .as("no figure without the token")
        .doesNotContain("redis-0");
    assertThat(statusInTheBrowser()).isEqualTo(401);

    type("wrong");
    browser.awaitTrue("document.body?.textContent.includes('That is not the token.')");
    assertThat(statusInTheBrowser()).isEqualTo(401);

    type(TOKEN);
    browser.awaitTrue(Page.drawn("/shards"));
    assertThat(browser.evaluate("location.search").asText())
        .as("where they wanted to go")
        .isEqualTo("?window=1h");
    assertThat(statusInTheBrowser()).isEqualTo(200);
    assertThat(browser.evaluate("document.cookie").asText()).as("HttpOnly").isEmpty();
    browser.open(console.uri().resolve("/shards"));
    browser.awaitTrue(Page.drawn("/shards"));
  }

  @Test
  void programsSendTheTokenOrGet401() throws Exception {
    assertThat(status("api/v1/overview", null)).isEqualTo(401);
    assertThat(status("", null)).isEqualTo(401);
    assertThat(status("api/v1/overview", "Bearer " + TOKEN + "x")).isEqualTo(401);
    assertThat(status("api/v1/actions", "Basic " + TOKEN)).isEqualTo(401);
    assertThat(status("api/v1/overview", "Bearer " + TOKEN)).isEqualTo(200);
    assertThat(status("web/login.css", null)).as("the log-in page looks like one").isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/x\r\nSet-Cookie: a"
      })
  void leadsNowhereElse(String next) throws Exception {
    HttpResponse<Void> response =
        http.send(
            HttpRequest.newBuilder(console.uri().resolve("login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "token="
                            + TOKEN
                            + "&next="
                            + URLEncoder.encode(next, StandardCharsets.UTF_8)))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    assertThat(response.statusCode()).isEqualTo(303);
    assertThat(response.headers().firstValue("location")).hasValue("/");
  }

  @Test
  void loopbackWithoutATokenAsksForNone() throws Exception {
    try (Console open = TestConsole.start(new FakeTelemetry(time), time)) {
      assertThat(
              http.send(
                      HttpRequest.newBuilder(open.uri().resolve("api/v1/overview")).build(),
                      HttpResponse.BodyHandlers.discarding())
                  .statusCode())
          .isEqualTo(200);
    }
  }

  private int status(String path, @org.jspecify.annotations.Nullable String authorization)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(console.uri() + path));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private int statusInTheBrowser() {
    return browser.evaluate("fetch('/api/v1/overview').then(r => r.status)").asInt();
  }

  private void type(String token) {
    browser.evaluate(
        "(() => { document.querySelector('input[type=password]').value = '%s';".formatted(token)
            + " document.querySelector('form').requestSubmit(); })()");
  }
}

package dev.headroom.apm.alerts;

import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.spec.ChannelSpec;
import dev.headroom.spec.Secrets;
import dev.headroom.spec.Value;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/** Posts notices. Thread-safe; each post blocks its caller for ten seconds at most. */
public final class Sender implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Secrets secrets;
  private final TimeSource time;
  private final RandomGenerator random;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(5))
          // Where a secret URL leads to must not be chosen by who answers.
          .followRedirects(HttpClient.Redirect.NEVER)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  public Sender(Secrets secrets, TimeSource time, RandomGenerator random) {
    this.secrets = secrets;
    this.time = time;
    this.random = random;
  }

  /**
   * How a post went.
   *
   * @param again whether trying again may help
   * @param after when, where the receiver said so
   */
  public record Outcome(boolean delivered, String reason, boolean again, Duration after) {
    private static Outcome failed(String reason, boolean again) {
      return new Outcome(false, reason, again, Duration.ZERO);
    }
  }

  /** A name for a message, the same for all attempts at it. */
  public String messageId() {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    return "msg_" + HexFormat.of().formatHex(bytes);
  }

  /** Posts once; secrets are read anew, so a rotated one is used. */
  public Outcome post(String name, ChannelSpec channel, Notice notice, String messageId) {
    String at = "spec.channels." + name;
    try {
      if (channel.slack().isPresent()) {
        return send(request(at + ".slack", channel.slack().get(), Payloads.slack(notice)).build());
      }
      Value webhook =
          channel.webhook().orElseThrow(() -> UserError.usage(at + ": neither slack nor webhook"));
      String body = Payloads.webhook(notice);
      HttpRequest.Builder request = request(at + ".webhook", webhook, body);
      long seconds = time.now().getEpochSecond();
      request.header("webhook-id", messageId).header("webhook-timestamp", Long.toString(seconds));
      channel
          .signingKey()
          .map(key -> secrets.resolve(at + ".signingKey", key))
          .ifPresent(
              key ->
                  request.header(
                      "webhook-signature", Payloads.signature(key, messageId, seconds, body)));
      return send(request.build());
    } catch (UserError | IllegalArgumentException e) {
      return Outcome.failed(String.valueOf(e.getMessage()), false);
    }
  }

  private HttpRequest.Builder request(String at, Value value, String body) {
    String url = secrets.resolve(at, value).trim();
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      // The text itself may be the secret.
      throw UserError.usage(at + ": (expected: an http or https URL)");
    }
    if (uri.getHost() == null
        || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
      throw UserError.usage(at + ": (expected: an http or https URL)");
    }
    return HttpRequest.newBuilder(uri)
        .timeout(PATIENCE)
        .header("Content-Type", "application/json")
        .header("User-Agent", "headroom")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private Outcome send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      int status = response.statusCode();
      if (status / 100 == 2) {
        return new Outcome(true, Integer.toString(status), false, Duration.ZERO);
      }
      String body = response.body().strip();
      String words = body.length() > 200 ? body.substring(0, 200) + "…" : body;
      return new Outcome(
          false,
          "status " + status + (words.isEmpty() ? "" : ": " + words),
          status == 408 || status == 429 || status >= 500,
          after(response));
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return Outcome.failed(request.uri().getHost() + ": " + why, true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Outcome.failed("interrupted", false);
    }
  }

  private static Duration after(HttpResponse<?> response) {
    Optional<String> seconds = response.headers().firstValue("Retry-After");
    return seconds
        .filter(text -> text.matches("[0-9]{1,4}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)))
        .orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}

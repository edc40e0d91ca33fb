package dev.headroom.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerBuilder;
import dev.headroom.base.Durations;
import dev.headroom.base.UserError;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * {@code /api/v1/actions}: which there are, and doing them by POST of JSON. A page of another
 * origin cannot: its browser would have to ask before it sends JSON, and is not answered.
 */
final class ActionsApi {
  private static final Logger LOG = System.getLogger(ActionsApi.class.getName());
  private static final String ROOT = "/api/v1/actions";
  private static final Duration LONGEST_SILENCE = Duration.ofDays(30);
  private static final JsonMapper JSON = new JsonMapper();

  private final Actions actions;
  private final Executor executor;

  ActionsApi(Actions actions, Executor executor) {
    this.actions = actions;
    this.executor = executor;
  }

  void addTo(ServerBuilder server) {
    server.route().get(ROOT).build((_, _) -> JsonBodies.ok(available()));
    post(server, "purge", this::purge);
    post(server, "advice", this::apply);
    post(server, "silence", this::silence);
  }

  private Map<String, Boolean> available() {
    Map<String, Boolean> available = new LinkedHashMap<>();
    available.put("purge", actions.purging().isPresent());
    available.put("advice", actions.applying().isPresent());
    available.put("silence", actions.silencing().isPresent());
    return available;
  }

  private Map<String, ?> purge(JsonNode body) {
    Actions.Purging purging = actions.purging().orElseThrow(() -> new Unavailable("no gateway"));
    List<String> paths = texts(body, "paths");
    List<String> tags = texts(body, "tags");
    return Map.of("removed", purging.purge(paths, tags));
  }

  private Map<String, ?> apply(JsonNode body) {
    Actions.Applying applying = actions.applying().orElseThrow(() -> new Unavailable("no advisor"));
    return Map.of("done", applying.apply(text(body, "id")));
  }

  private Map<String, ?> silence(JsonNode body) {
    Actions.Silencing silencing =
        actions.silencing().orElseThrow(() -> new Unavailable("no alerts"));
    String length = text(body, "length");
    Duration parsed =
        length.equals("0")
            ? Duration.ZERO
            : Durations.parse(length)
                .filter(d -> d.isPositive() && d.compareTo(LONGEST_SILENCE) <= 0)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "length: " + length + " (expected: 1m to 30d, or 0 to end it)"));
    silencing.silence(text(body, "alert"), parsed, body.path("reason").asText(""));
    return Map.of("silent", !parsed.isZero());
  }

  private static String text(JsonNode body, String key) {
    String text = body.path(key).asText("");
    if (text.isBlank()) {
      throw new IllegalArgumentException(key + ": nothing (expected: a text)");
    }
    return text;
  }

  private static List<String> texts(JsonNode body, String key) {
    List<String> texts = new ArrayList<>();
    body.path(key).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private void post(ServerBuilder server, String name, Action action) {
    server
        .route()
        .post(ROOT + "/" + name)
        .build(
            (_, request) ->
                foreign(request.headers())
                    .orElseGet(() -> HttpResponse.of(answer(request, action))));
  }

  private static Optional<HttpResponse> foreign(RequestHeaders headers) {
    MediaType type = headers.contentType();
    if (type == null || !type.is(MediaType.JSON)) {
      return Optional.of(
          JsonBodies.error(
              HttpStatus.UNSUPPORTED_MEDIA_TYPE,
              "Content-Type: " + type + " (expected: application/json)"));
    }
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin != null && !isOwn(origin, String.valueOf(headers.authority()))) {
      return Optional.of(
          JsonBodies.error(
              HttpStatus.FORBIDDEN, "Origin: " + origin + " (expected: this console)"));
    }
    return Optional.empty();
  }

  private static boolean isOwn(String origin, String authority) {
    try {
      return authority.equals(URI.create(origin).getRawAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private CompletableFuture<HttpResponse> answer(HttpRequest request, Action action) {
    return request.aggregate().thenApplyAsync(whole -> answer(whole, action), executor);
  }

  private static HttpResponse answer(AggregatedHttpRequest request, Action action) {
    try {
      return JsonBodies.ok(action.run(JSON.readTree(request.contentUtf8())));
    } catch (JsonProcessingException e) {
      return JsonBodies.error(HttpStatus.BAD_REQUEST, "the body (expected: JSON)");
    } catch (IllegalArgumentException e) {
      return JsonBodies.error(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (Unavailable e) {
      return JsonBodies.error(HttpStatus.NOT_IMPLEMENTED, String.valueOf(e.getMessage()));
    } catch (UserError e) {
      return JsonBodies.error(HttpStatus.CONFLICT, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "An action of the console failed", e);
      return JsonBodies.error(HttpStatus.INTERNAL_SERVER_ERROR, "it failed; see the log");
    }
  }

  private static final class Unavailable extends RuntimeException {
    Unavailable(String missing) {
      super(
          "this process has " + missing + " (expected: ./headroom up or demo)", null, false, false);
    }
  }

  /** Body in, answer out. */
  @FunctionalInterface
  private interface Action {
    Map<String, ?> run(JsonNode body);
  }
}

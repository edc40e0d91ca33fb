package dev.headroom.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.headroom.gateway.Purge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /cache/purge} of the admin port, with {@code {"paths": [...], "tags": [...]}}. Only
 * as {@code application/json}, which no page of another origin can send unasked.
 */
record PurgeEndpoint(ToIntFunction<Purge> purge) implements HttpHandler {
  static final String PATH = "/cache/purge";
  private static final int LARGEST = 64 * 1024;
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** The body as it comes. */
  record Body(@Nullable List<String> paths, @Nullable List<String> tags) {}

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String type =
        Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Content-Type"), "");
    if (!exchange.getRequestMethod().equals("POST")) {
      answer(exchange, 405, Map.of("detail", "method (expected: POST)"));
    } else if (!type.startsWith("application/json")) {
      answer(exchange, 415, Map.of("detail", "Content-Type (expected: application/json)"));
    } else {
      try {
        byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST);
        Body body = MAPPER.readValue(bytes, Body.class);
        Purge what =
            new Purge(
                Objects.requireNonNullElse(body.paths, List.of()),
                Objects.requireNonNullElse(body.tags, List.of()));
        answer(exchange, 200, Map.of("removed", purge.applyAsInt(what)));
      } catch (JsonProcessingException e) {
        answer(
            exchange,
            400,
            Map.of("detail", "body (expected: {\"paths\": [\"/a/**\"], \"tags\": [\"b\"]})"));
      } catch (IllegalArgumentException e) {
        answer(exchange, 400, Map.of("detail", String.valueOf(e.getMessage())));
      }
    }
  }

  private static void answer(HttpExchange exchange, int status, Object json) throws IOException {
    byte[] bytes = (Json.of(json) + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}

package dev.headroom.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.headroom.gateway.Purge;
import java.io.IOException;
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
    if (!AdminAnswer.isOrder(exchange)) {
      return;
    }
    try {
      byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST);
      Body body = MAPPER.readValue(bytes, Body.class);
      Purge what =
          new Purge(
              Objects.requireNonNullElse(body.paths, List.of()),
              Objects.requireNonNullElse(body.tags, List.of()));
      AdminAnswer.json(exchange, 200, Map.of("removed", purge.applyAsInt(what)));
    } catch (JsonProcessingException e) {
      AdminAnswer.json(
          exchange,
          400,
          Map.of("detail", "body (expected: {\"paths\": [\"/a/**\"], \"tags\": [\"b\"]})"));
    } catch (IllegalArgumentException e) {
      AdminAnswer.json(exchange, 400, Map.of("detail", String.valueOf(e.getMessage())));
    }
  }
}

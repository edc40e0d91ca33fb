package dev.headroom.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.headroom.signals.OpenMetrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** What handlers of the admin port have in common. */
final class AdminAnswer {
  private AdminAnswer() {}

  /** For those who scrape. */
  static HttpHandler metrics(OpenMetrics metrics) {
    return exchange -> text(exchange, 200, OpenMetrics.CONTENT_TYPE, metrics.text());
  }

  static void json(HttpExchange exchange, int status, Object json) throws IOException {
    text(exchange, status, "application/json", Json.of(json) + "\n");
  }

  static void text(HttpExchange exchange, int status, String type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /**
   * Whether it is a {@code POST} of {@code application/json}, which no page of another origin can
   * send unasked; otherwise the exchange is answered.
   */
  static boolean isOrder(HttpExchange exchange) throws IOException {
    String type =
        Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Content-Type"), "");
    if (!exchange.getRequestMethod().equals("POST")) {
      json(exchange, 405, Map.of("detail", "method (expected: POST)"));
      return false;
    }
    if (!type.startsWith("application/json")) {
      json(exchange, 415, Map.of("detail", "Content-Type (expected: application/json)"));
      return false;
    }
    return true;
  }
}

package dev.headroom.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.http.Reply;
import dev.headroom.demo.http.Request;
import io.opentelemetry.context.Context;
import java.util.Map;

/** One request on its way through an endpoint. */
record Call(
    Request request,
    Map<String, String> variables,
    Identity identity,
    Session session,
    Context trace,
    Downstream.Meter downstream) {

  private static final int MOST_ITEMS = 200;

  long user() {
    return identity.user();
  }

  long tenant() {
    return identity.tenant();
  }

  /** A numeric variable of the path; anything else names nothing that exists. */
  long id(String variable) {
    String text = variables.getOrDefault(variable, "");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Refusal.notFound(variable + " " + text);
    }
  }

  int limit(int fallback) {
    return Math.clamp(number("limit", fallback), 1, MOST_ITEMS);
  }

  int offset() {
    return Math.max(0, number("offset", 0));
  }

  private int number(String name, int fallback) {
    String text = request.query(name).orElse("");
    if (text.isEmpty()) {
      return fallback;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new Refusal(400, name + ": " + text + " (expected: a number)");
    }
  }

  JsonNode body() {
    return Json.object(request.body());
  }

  /** A text of the body that must be there. */
  String required(JsonNode body, String name) {
    String text = body.path(name).asText("").strip();
    if (text.isEmpty()) {
      throw new Refusal(400, name + " is missing");
    }
    return text;
  }

  static Reply items(Object list) {
    return ok(Map.of("items", list));
  }

  static Reply ok(Object value) {
    return Reply.json(200, Json.bytes(value));
  }

  static Reply created(Object value) {
    return Reply.json(201, Json.bytes(value));
  }
}

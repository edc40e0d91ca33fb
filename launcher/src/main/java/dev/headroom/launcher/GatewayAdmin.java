package dev.headroom.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.headroom.gateway.Gateway;
import dev.headroom.gateway.ReplicaStatus;
import dev.headroom.signals.OpenMetrics;
import dev.headroom.spec.EffectiveDocument;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What the admin port tells of a gateway, and takes for it: {@code GET /metrics}, {@code
 * /endpoints}, {@code /limits} and {@code /document}; {@code POST /endpoints/drain} and {@code
 * /endpoints/resume} with {@code {"instance": "web-0"}}; {@code POST /cache/purge}.
 */
record GatewayAdmin(Gateway gateway, OpenMetrics metrics, Supplier<ScaledApp> document) {
  private static final int LARGEST = 4096;

  /** By path. */
  Map<String, HttpHandler> handlers() {
    return Map.of(
        PurgeEndpoint.PATH,
        new PurgeEndpoint(gateway::purge),
        "/metrics",
        AdminAnswer.metrics(metrics),
        "/endpoints",
        exchange ->
            AdminAnswer.json(
                exchange, 200, gateway.endpoints().stream().map(GatewayAdmin::json).toList()),
        "/endpoints/drain",
        exchange -> order(exchange, gateway::drain),
        "/endpoints/resume",
        exchange -> order(exchange, gateway::resume),
        "/limits",
        exchange -> AdminAnswer.json(exchange, 200, gateway.limits()),
        "/document",
        exchange ->
            AdminAnswer.text(
                exchange, 200, "application/yaml", EffectiveDocument.print(document.get())));
  }

  private static Map<String, Object> json(ReplicaStatus replica) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("service", replica.service());
    json.put("instance", replica.instance());
    json.put("address", replica.address().getHostString() + ":" + replica.address().getPort());
    json.put("state", replica.state());
    json.put("held", replica.held());
    json.put("running", replica.running());
    return json;
  }

  private static void order(HttpExchange exchange, Predicate<String> carryOut) throws IOException {
    if (!AdminAnswer.isOrder(exchange)) {
      return;
    }
    String body = new String(exchange.getRequestBody().readNBytes(LARGEST), StandardCharsets.UTF_8);
    String instance;
    try {
      instance = Json.read(body).path("instance").asText("");
    } catch (JsonProcessingException e) {
      instance = "";
    }
    if (instance.isEmpty()) {
      AdminAnswer.json(
          exchange, 400, Map.of("detail", "body (expected: {\"instance\": \"web-0\"})"));
    } else if (carryOut.test(instance)) {
      AdminAnswer.json(exchange, 200, Map.of("instance", instance));
    } else {
      AdminAnswer.json(
          exchange, 404, Map.of("detail", instance + " (expected: one of GET /endpoints)"));
    }
  }
}

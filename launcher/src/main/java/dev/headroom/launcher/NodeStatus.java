package dev.headroom.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes of a running application and what they cost, as its console tells them.
 *
 * @param simulated no machines, at list prices and, of spot capacity, modelled ones
 */
record NodeStatus(List<Node> nodes, boolean simulated) {
  private static final Duration BOUND = Duration.ofSeconds(3);

  /**
   * One node.
   *
   * @param cpu cores that its replicas ask for, of those it can give; empty while not measured
   */
  record Node(
      String name,
      String state,
      String type,
      String zone,
      String capacityType,
      double pricePerHour,
      Optional<String> cpu) {}

  /** Empty when the console does not answer: this is an extra, and says so by its absence. */
  static Optional<NodeStatus> of(int consolePort) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + consolePort + "/api/v1/nodes"))
                  .timeout(BOUND)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 ? Optional.of(parse(answer.body())) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  static NodeStatus parse(String json) throws IOException {
    List<Node> nodes = new ArrayList<>();
    boolean simulated = false;
    for (JsonNode node : Json.read(json)) {
      simulated |= node.path("simulated").asBoolean();
      nodes.add(
          new Node(
              node.path("name").asText(),
              node.path("state").asText(),
              node.path("type").asText("?"),
              node.path("zone").asText("?"),
              node.path("capacityType").asText("?"),
              node.path("pricePerHour").asDouble(),
              cpu(node)));
    }
    return new NodeStatus(List.copyOf(nodes), simulated);
  }

  private static Optional<String> cpu(JsonNode node) {
    return node.has("cpuRequested") && node.has("cpuAllocatable")
        ? Optional.of(
            "%.2f of %.2f"
                .formatted(
                    node.path("cpuRequested").asDouble(), node.path("cpuAllocatable").asDouble()))
        : Optional.empty();
  }

  double costPerHour() {
    return nodes.stream().mapToDouble(Node::pricePerHour).sum();
  }

  /** A heading, a line per node, and their cost. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "  %-10s %-12s %-14s %-12s %-10s %-14s %9s\n"
            .formatted("node", "state", "type", "zone", "capacity", "CPU requested", "USD/h"));
    for (Node node : nodes) {
      text.append(
          "  %-10s %-12s %-14s %-12s %-10s %-14s %9.4f\n"
              .formatted(
                  node.name(),
                  node.state(),
                  node.type(),
                  node.zone(),
                  node.capacityType(),
                  node.cpu().orElse(""),
                  node.pricePerHour()));
    }
    text.append(
        "  %d nodes, %.4f USD/h%s\n"
            .formatted(
                nodes.size(),
                costPerHour(),
                simulated
                    ? " (simulated: list prices of us-east-1, spot capacity at modelled ones)"
                    : ""));
    return text.toString();
  }

  Map<String, Object> toMap() {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Node node : nodes) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", node.name());
      map.put("state", node.state());
      map.put("type", node.type());
      map.put("zone", node.zone());
      map.put("capacityType", node.capacityType());
      map.put("pricePerHour", node.pricePerHour());
      list.add(map);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("simulated", simulated);
    map.put("costPerHour", costPerHour());
    map.put("list", list);
    return map;
  }
}

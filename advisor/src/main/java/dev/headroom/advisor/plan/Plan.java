package dev.headroom.advisor.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * An answer of EXPLAIN.
 *
 * @param cost the planner's estimate, in its own units
 * @param millis planning and execution; 0 when it was not run
 * @param buffers shared pages touched while it ran
 */
public record Plan(PlanNode root, double cost, double millis, double buffers) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads what {@code FORMAT JSON} gives. */
  public static Plan of(String json) {
    try {
      JsonNode top = JSON.readTree(json).path(0);
      PlanNode root = PlanNode.of(top.path("Plan"));
      return new Plan(
          root,
          top.path("Plan").path("Total Cost").asDouble(),
          top.path("Execution Time").asDouble() + top.path("Planning Time").asDouble(),
          root.buffers());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no plan: " + json, e);
    }
  }

  public List<PlanNode> nodes() {
    List<PlanNode> nodes = new ArrayList<>();
    root.walk(nodes::add);
    return nodes;
  }

  /** Names of the indexes that it uses. */
  public Set<String> indexes() {
    Set<String> indexes = new TreeSet<>();
    root.walk(
        node -> {
          if (!node.index().isEmpty()) {
            indexes.add(node.index());
          }
        });
    return indexes;
  }

  /** A line per step, indented, much as psql shows it. */
  public String text() {
    StringBuilder text = new StringBuilder();
    print(root, 0, text);
    return text.toString();
  }

  private static void print(PlanNode node, int depth, StringBuilder text) {
    text.append("  ".repeat(depth)).append(node.type());
    if (!node.index().isEmpty()) {
      text.append(" using ").append(node.index());
    }
    if (!node.relation().isEmpty()) {
      text.append(" on ").append(node.relation());
    }
    text.append(
        String.format(
            Locale.ROOT,
            "  (rows=%.0f%s%s%s)",
            node.rows(),
            node.loops() > 1 ? String.format(Locale.ROOT, " loops=%.0f", node.loops()) : "",
            node.removed() > 0 ? String.format(Locale.ROOT, " removed=%.0f", node.removed()) : "",
            node.buffers() > 0 ? String.format(Locale.ROOT, " pages=%.0f", node.buffers()) : ""));
    for (String condition : node.conditions()) {
      text.append("  ").append(condition);
    }
    if (!node.sortKeys().isEmpty()) {
      text.append("  by ").append(String.join(", ", node.sortKeys()));
    }
    text.append('\n');
    node.children().forEach(child -> print(child, depth + 1, text));
  }
}

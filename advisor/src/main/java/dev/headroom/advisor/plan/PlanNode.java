package dev.headroom.advisor.plan;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One step of a plan, as {@code EXPLAIN (VERBOSE, FORMAT JSON)} tells it. Names absent there are
 * empty here.
 *
 * @param relation with its schema
 * @param conditions all that it filters, joins or looks up by
 * @param rows actual rows over all loops, or the estimate when it was not run
 * @param removed rows that it read and threw away
 * @param millis actual time over all loops, that of its children included; 0 when not measured
 */
public record PlanNode(
    String type,
    String relation,
    String alias,
    String index,
    List<String> conditions,
    List<String> sortKeys,
    List<String> groupKeys,
    double rows,
    double estimatedRows,
    double loops,
    double removed,
    double buffers,
    double millis,
    boolean neverExecuted,
    List<PlanNode> children) {

  private static final List<String> CONDITIONS =
      List.of(
          "Filter",
          "Index Cond",
          "Recheck Cond",
          "Hash Cond",
          "Merge Cond",
          "Join Filter",
          "One-Time Filter");

  public PlanNode {
    conditions = List.copyOf(conditions);
    sortKeys = List.copyOf(sortKeys);
    groupKeys = List.copyOf(groupKeys);
    children = List.copyOf(children);
  }

  static PlanNode of(JsonNode json) {
    List<String> conditions = new ArrayList<>();
    for (String name : CONDITIONS) {
      if (json.has(name)) {
        conditions.add(json.path(name).asText());
      }
    }
    List<PlanNode> children = new ArrayList<>();
    for (JsonNode child : json.path("Plans")) {
      children.add(of(child));
    }
    boolean ran = json.has("Actual Loops");
    double loops = ran ? json.path("Actual Loops").asDouble() : 1;
    double perLoop = ran ? json.path("Actual Rows").asDouble() : json.path("Plan Rows").asDouble();
    String schema = json.path("Schema").asText("");
    String relation = json.path("Relation Name").asText("");
    return new PlanNode(
        json.path("Node Type").asText(),
        relation.isEmpty() || schema.isEmpty() ? relation : schema + "." + relation,
        json.path("Alias").asText(""),
        json.path("Index Name").asText(""),
        conditions,
        texts(json.path("Sort Key")),
        texts(json.path("Group Key")),
        perLoop * loops,
        json.path("Plan Rows").asDouble() * Math.max(1, loops),
        loops,
        (json.path("Rows Removed by Filter").asDouble()
                + json.path("Rows Removed by Join Filter").asDouble()
                + json.path("Rows Removed by Index Recheck").asDouble())
            * loops,
        json.path("Shared Hit Blocks").asDouble() + json.path("Shared Read Blocks").asDouble(),
        json.path("Actual Total Time").asDouble() * loops,
        ran && loops == 0,
        children);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  /** This and all below it. */
  public void walk(Consumer<PlanNode> visitor) {
    visitor.accept(this);
    children.forEach(child -> child.walk(visitor));
  }

  /** Buffers of this step alone. */
  public double ownBuffers() {
    return Math.max(0, buffers - children.stream().mapToDouble(PlanNode::buffers).sum());
  }
}

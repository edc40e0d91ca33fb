package dev.headroom.advisor.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Says what a plan does and where its work goes. */
public final class PlanWords {
  private static final double MUCH_WASTE = 10;
  private static final double BAD_ESTIMATE = 20;

  private PlanWords() {}

  /** A sentence for each thing worth knowing, the most expensive step first. */
  public static String of(Plan plan) {
    List<PlanNode> scans =
        new ArrayList<>(
            plan.nodes().stream()
                .filter(node -> !node.relation().isEmpty() && !node.neverExecuted())
                .sorted(Comparator.comparingDouble(PlanNode::ownBuffers).reversed())
                .limit(3)
                .toList());
    List<String> sentences = new ArrayList<>();
    scans.forEach(scan -> sentences.add(scan(scan)));
    plan.root().walk(node -> other(node, sentences));
    return String.join("\n", sentences);
  }

  private static String scan(PlanNode node) {
    String how =
        switch (node.type()) {
          case "Seq Scan" -> "Reads all of " + node.relation();
          case "Index Only Scan" ->
              "Answers from the index %s of %s alone".formatted(node.index(), node.relation());
          case "Index Scan" ->
              "Looks %s up by the index %s".formatted(node.relation(), node.index());
          case "Bitmap Heap Scan" -> "Collects pages of " + node.relation() + " by an index";
          default -> node.type() + " of " + node.relation();
        };
    StringBuilder text = new StringBuilder(how);
    if (node.loops() > 1) {
      text.append(String.format(Locale.ROOT, ", %,.0f times", node.loops()));
    }
    text.append(
        String.format(Locale.ROOT, ": %,.0f pages for %,.0f rows", node.ownBuffers(), node.rows()));
    if (node.removed() > MUCH_WASTE * Math.max(1, node.rows())) {
      text.append(
          String.format(
              Locale.ROOT,
              "; %,.0f rows are read and thrown away by %s",
              node.removed(),
              node.conditions().isEmpty() ? "a filter" : node.conditions().getFirst()));
    }
    return text.append('.').toString();
  }

  private static void other(PlanNode node, List<String> sentences) {
    if (node.type().equals("Sort") && node.rows() > 1000) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "Sorts %,.0f rows by %s.",
              node.rows(),
              String.join(", ", node.sortKeys())));
    }
    if (node.type().equals("SubPlan") || node.loops() > 1000) {
      sentences.add(
          String.format(
              Locale.ROOT, "Repeats %s %,.0f times.", node.type(), Math.max(1, node.loops())));
    }
    double expected = Math.max(1, node.estimatedRows());
    double found = Math.max(1, node.rows());
    if (!node.relation().isEmpty()
        && Math.max(expected / found, found / expected) > BAD_ESTIMATE
        && Math.max(expected, found) > 1000) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "The planner expected %,.0f rows of %s and found %,.0f: ANALYZE, or extended"
                  + " statistics.",
              expected,
              node.relation(),
              found));
    }
  }
}

package dev.headroom.launcher;

import dev.headroom.autoscaler.CapacityPlan;
import dev.headroom.autoscaler.CapacityPlan.Step;
import dev.headroom.autoscaler.PlanAssumptions;
import dev.headroom.base.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan as text and as JSON; what is modelled or assumed says so in both. */
final class PlanReport {
  private static final int ROWS = 24;

  private final CapacityPlan plan;
  private final PlanAssumptions assumptions;

  PlanReport(CapacityPlan plan, PlanAssumptions assumptions) {
    this.plan = plan;
    this.assumptions = assumptions;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    List<Step> steps = plan.steps();
    text.append(verdict()).append("\n\n");
    text.append(
        "  %-17s %10s %10s %9s %14s %12s\n"
            .formatted("from (UTC)", "requests/s", "replicas", "nodes", "P95 (modelled)", "USD/h"));
    int rows = Math.min(ROWS, steps.size());
    for (int row = 0; row < rows; row++) {
      List<Step> part =
          steps.subList(
              (int) ((long) row * steps.size() / rows),
              (int) ((long) (row + 1) * steps.size() / rows));
      text.append(row(part));
    }
    text.append(
        """

          cost         %.2f USD for %s, against %.2f USD for a fixed fleet of %.4f USD/h: %+.0f %%
          on-demand capacity at list prices of us-east-1; spot capacity at modelled prices
          assumed      %s CPU per request, P95 %s with room enough, %s until a replica serves
          not in it    database, caches, network, interruptions of spot capacity
        """
            .formatted(
                plan.cost(),
                Durations.format(CapacityPlan.STEP.multipliedBy(steps.size())),
                plan.fixedCost(),
                plan.fixedCostPerHour(),
                change() * 100,
                Durations.format(assumptions.cpuPerRequest()),
                Durations.format(assumptions.latency()),
                Durations.format(assumptions.startup())));
    return text.toString();
  }

  private double change() {
    return plan.fixedCost() == 0 ? 0 : plan.cost() / plan.fixedCost() - 1;
  }

  private String verdict() {
    Step worst = worst();
    String range = "%s: %d to %d replicas".formatted(plan.service(), fewest(), most());
    String target = Durations.format(plan.target());
    if (worst.waiting() >= 1) {
      return range
          + "\nIt does not hold (modelled): at %s up to %.0f requests wait in line; P95 is above %s for %.1f %% of the requests."
              .formatted(worst.at(), worst.waiting(), target, plan.shareOverTarget() * 100);
    }
    return range
        + (plan.shareOverTarget() == 0
            ? "\nIt holds (modelled): P95 stays below %s.".formatted(target)
            : "\nIt holds, with delays (modelled): nothing waits in line for longer than a step; P95 is above %s for %.1f %% of the requests, at worst %s at %s."
                .formatted(
                    target, plan.shareOverTarget() * 100, millis(worst.p95Seconds()), worst.at()));
  }

  private Step worst() {
    return plan.steps().stream()
        .max(Comparator.comparingDouble(Step::waiting).thenComparingDouble(Step::p95Seconds))
        .orElseThrow();
  }

  private int fewest() {
    return plan.steps().stream().mapToInt(Step::ready).min().orElseThrow();
  }

  private int most() {
    return plan.steps().stream().mapToInt(Step::ready).max().orElseThrow();
  }

  private static String row(List<Step> part) {
    int least = part.stream().mapToInt(Step::ready).min().orElseThrow();
    int most = part.stream().mapToInt(Step::ready).max().orElseThrow();
    return "  %-17s %10.1f %10s %9s %14s %12.4f\n"
        .formatted(
            part.getFirst().at().toString().substring(0, 16).replace('T', ' '),
            part.stream().mapToDouble(Step::requestsPerSecond).max().orElseThrow(),
            least == most ? Integer.toString(most) : least + "–" + most,
            part.stream().mapToInt(Step::nodes).max().orElseThrow(),
            millis(part.stream().mapToDouble(Step::p95Seconds).max().orElseThrow()),
            part.stream().mapToDouble(Step::costPerHour).average().orElseThrow());
  }

  private static String millis(double seconds) {
    return Double.isInfinite(seconds)
        ? "no answer"
        : Duration.ofNanos((long) (seconds * 1e9)).toMillis() + " ms";
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("service", plan.service());
    map.put("simulated", true);
    map.put(
        "assumed",
        Map.of(
            "cpuPerRequestMs", assumptions.cpuPerRequest().toNanos() / 1e6,
            "latencyP95Ms", assumptions.latency().toNanos() / 1e6,
            "startupMs", assumptions.startup().toMillis()));
    map.put("modelled", List.of("p95Ms", "waiting", "prices of spot capacity"));
    map.put("targetP95Ms", plan.target().toMillis());
    map.put("shareOverTarget", plan.shareOverTarget());
    map.put("replicas", Map.of("min", fewest(), "max", most()));
    map.put("costUsd", plan.cost());
    map.put("fixedCostUsd", plan.fixedCost());
    map.put("costChange", change());
    List<Map<String, Object>> steps = new ArrayList<>();
    for (Step step : plan.steps()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("time", step.at().toEpochMilli());
      row.put("requestsPerSecond", step.requestsPerSecond());
      row.put("ready", step.ready());
      row.put("desired", step.desired());
      row.put("nodes", step.nodes());
      row.put("spotNodes", step.spotNodes());
      // JSON has no infinity: absent is "no answer".
      if (Double.isFinite(step.p95Seconds())) {
        row.put("p95Ms", step.p95Seconds() * 1000);
      }
      row.put("costPerHourUsd", step.costPerHour());
      row.put("waiting", step.waiting());
      steps.add(row);
    }
    map.put("steps", steps);
    return map;
  }
}

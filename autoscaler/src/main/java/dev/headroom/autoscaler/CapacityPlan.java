package dev.headroom.autoscaler;

import dev.headroom.base.UserError;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/**
 * What would happen under a given traffic: the autoscaler's own decisions, node planning included,
 * in simulated time. Replicas, nodes and the reasons are what it would really do; response times,
 * CPU and spot prices are modelled.
 *
 * @param service that serves the traffic
 * @param steps every {@link #STEP}
 * @param fixedCostPerHour of a fleet on demand that holds every service at {@code replicas.max}
 */
public record CapacityPlan(
    String service, Duration target, List<Step> steps, double fixedCostPerHour) {

  /** Between two decisions. */
  public static final Duration STEP = Duration.ofSeconds(15);

  /** Where the document names no {@code targets.p95}. */
  static final Duration DEFAULT_TARGET = Duration.ofMillis(250);

  /**
   * One step.
   *
   * @param requestsPerSecond of the trace
   * @param ready replicas that serve
   * @param desired replicas
   * @param p95Seconds modelled
   * @param costPerHour of the nodes, USD; spot capacity modelled
   * @param waiting requests in line at its end, modelled
   */
  public record Step(
      Instant at,
      double requestsPerSecond,
      int ready,
      int desired,
      int nodes,
      int spotNodes,
      double p95Seconds,
      double costPerHour,
      double waiting) {}

  public CapacityPlan {
    steps = List.copyOf(steps);
  }

  /**
   * Replays {@code trace}.
   *
   * @param service of the document; it must be one that answers HTTP
   * @param progress is told the share that is done, now and then
   * @throws UserError when the document has no such service
   */
  public static CapacityPlan of(
      ScaledApp app,
      String service,
      TrafficTrace trace,
      PlanAssumptions assumptions,
      DoubleConsumer progress) {
    ServiceSpec spec = app.services().get(service);
    if (spec == null || !spec.isServer() || !spec.endpoints().isEmpty()) {
      throw UserError.usage(
          "%s: is no service with a port that the autoscaler runs (expected: one of %s)"
              .formatted(service, servers(app)));
    }
    return new PlanSimulation(app, service, spec, trace, assumptions).run(progress);
  }

  /** The services of a document that a plan can be made for. */
  public static List<String> servers(ScaledApp app) {
    return app.services().entrySet().stream()
        .filter(entry -> entry.getValue().isServer() && entry.getValue().endpoints().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Share of the requests whose P95 was over the target, 0 to 1. */
  public double shareOverTarget() {
    double all = 0;
    double over = 0;
    for (Step step : steps) {
      all += step.requestsPerSecond();
      if (step.p95Seconds() * 1000 > target.toMillis()) {
        over += step.requestsPerSecond();
      }
    }
    return all == 0 ? 0 : over / all;
  }

  /** USD for all of it. */
  public double cost() {
    return steps.stream().mapToDouble(Step::costPerHour).sum() * STEP.toSeconds() / 3600;
  }

  /** USD that the fixed fleet would have cost. */
  public double fixedCost() {
    return fixedCostPerHour * steps.size() * STEP.toSeconds() / 3600;
  }
}

package dev.headroom.autoscaler;

import java.time.Duration;
import java.util.List;

/**
 * How scaling in one direction is held back: HPAScalingRules of Kubernetes' autoscaling/v2.
 *
 * @param stabilization of all recommendations this recent, the one nearest to no change counts
 * @param select which policy counts when several allow different amounts
 * @param tolerance a metric this near to its target, as a share of it, changes nothing
 */
public record ScalingRules(
    Duration stabilization, Select select, List<ScalingPolicy> policies, double tolerance) {

  /** Which policy counts. */
  public enum Select {
    /** The one that allows the largest change. */
    MAX,
    /** The one that allows the smallest change. */
    MIN,
    /** None: no scaling in this direction. */
    DISABLED
  }

  static final double DEFAULT_TOLERANCE = 0.1;
  static final Duration DEFAULT_DOWNSCALE_STABILIZATION = Duration.ofMinutes(5);

  private static final Duration PERIOD = Duration.ofSeconds(15);

  public ScalingRules {
    policies = List.copyOf(policies);
    if (stabilization.isNegative() || stabilization.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "stabilization: " + stabilization + " (expected: 0 to 1h)");
    }
    if (tolerance < 0) {
      throw new IllegalArgumentException("tolerance: " + tolerance + " (expected: >= 0)");
    }
    if (policies.isEmpty() && select != Select.DISABLED) {
      throw new IllegalArgumentException("policies: none (expected: at least one)");
    }
  }

  /** At once, by 4 replicas or 100 % per 15 s, whichever is more. */
  public static ScalingRules defaultUp() {
    return new ScalingRules(
        Duration.ZERO,
        Select.MAX,
        List.of(
            new ScalingPolicy(ScalingPolicy.Kind.PODS, 4, PERIOD),
            new ScalingPolicy(ScalingPolicy.Kind.PERCENT, 100, PERIOD)),
        DEFAULT_TOLERANCE);
  }

  /** To the highest recommendation of the last five minutes, by any amount. */
  public static ScalingRules defaultDown() {
    return new ScalingRules(
        DEFAULT_DOWNSCALE_STABILIZATION,
        Select.MAX,
        List.of(new ScalingPolicy(ScalingPolicy.Kind.PERCENT, 100, PERIOD)),
        DEFAULT_TOLERANCE);
  }

  public ScalingRules withPolicies(List<ScalingPolicy> value) {
    return new ScalingRules(stabilization, select, value, tolerance);
  }

  public ScalingRules withStabilization(Duration value) {
    return new ScalingRules(value, select, policies, tolerance);
  }
}

package dev.headroom.autoscaler;

import java.time.Duration;

/** How the formula's answer is held back before it becomes the number of replicas. */
public sealed interface ScalingBehavior {

  /**
   * Kubernetes' {@code spec.behavior}: rules for each direction.
   *
   * @see ScalingRules#defaultUp()
   * @see ScalingRules#defaultDown()
   */
  record Rules(ScalingRules up, ScalingRules down) implements ScalingBehavior {}

  /**
   * What Kubernetes does when {@code spec.behavior} is absent: down only to the highest
   * recommendation of the window, up at most to twice the number or to 4.
   */
  record Unset(Duration downscaleStabilization) implements ScalingBehavior {}

  /** Kubernetes' default rules. */
  static ScalingBehavior defaults() {
    return new Rules(ScalingRules.defaultUp(), ScalingRules.defaultDown());
  }

  /** How near to its target a metric changes nothing. */
  default Tolerance tolerance() {
    return switch (this) {
      case Rules rules -> new Tolerance(rules.down.tolerance(), rules.up.tolerance());
      case Unset _ -> new Tolerance(ScalingRules.DEFAULT_TOLERANCE, ScalingRules.DEFAULT_TOLERANCE);
    };
  }
}

package dev.headroom.autoscaler;

import dev.headroom.autoscaler.ScalingRules.Select;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * From what the metrics ask for to what may be done now: stabilisation, rate and bounds, as {@code
 * horizontal.go} does.
 *
 * @param replicas what may be done
 * @param condition Kubernetes' reason of the ScalingLimited condition
 * @param inWords what held the number back; empty when nothing did
 */
record ReplicaLimit(int replicas, Condition condition, String inWords) {

  /** Kubernetes' reasons. */
  enum Condition {
    DESIRED_WITHIN_RANGE,
    SCALE_UP_LIMIT,
    SCALE_DOWN_LIMIT,
    TOO_MANY_REPLICAS,
    TOO_FEW_REPLICAS
  }

  private static final String MAX = "replicas.max";
  private static final String MIN = "replicas.min";

  /** What may be done at {@code now} towards {@code desired}; both bounds are inclusive. */
  static ReplicaLimit of(
      ScalingBehavior behavior,
      ScalingMemory memory,
      Instant now,
      int current,
      int desired,
      int min,
      int max) {
    return switch (behavior) {
      case ScalingBehavior.Rules rules -> {
        int stable = stabilize(rules, memory, now, current, desired);
        ReplicaLimit limit = rate(rules, memory, now, current, stable, min, max);
        yield stable == desired ? limit : limit.afterStabilization(stable, desired);
      }
      case ScalingBehavior.Unset(Duration window) -> {
        int stable = memory.highest(now, window, desired);
        ReplicaLimit limit = unset(current, stable, min, max);
        yield stable == desired ? limit : limit.afterStabilization(stable, desired);
      }
    };
  }

  private ReplicaLimit afterStabilization(int stable, int desired) {
    String held =
        stable > desired
            ? "held at %d by a recent higher recommendation".formatted(stable)
            : "held at %d by a recent lower recommendation".formatted(stable);
    return new ReplicaLimit(replicas, condition, inWords.isEmpty() ? held : held + ", " + inWords);
  }

  static int stabilize(
      ScalingBehavior.Rules rules, ScalingMemory memory, Instant now, int current, int desired) {
    int up = memory.lowest(now, rules.up().stabilization(), desired);
    int down = memory.highest(now, rules.down().stabilization(), desired);
    return Math.min(Math.max(current, up), down);
  }

  private static ReplicaLimit unset(int current, int desired, int min, int max) {
    int fastest = Math.max(2 * current, 4);
    if (desired < min) {
      return new ReplicaLimit(min, Condition.TOO_FEW_REPLICAS, bounded(min, MIN));
    }
    if (desired > Math.min(max, fastest)) {
      return fastest < max
          ? new ReplicaLimit(
              fastest, Condition.SCALE_UP_LIMIT, "limited to %d by doubling".formatted(fastest))
          : new ReplicaLimit(max, Condition.TOO_MANY_REPLICAS, bounded(max, MAX));
    }
    return new ReplicaLimit(desired, Condition.DESIRED_WITHIN_RANGE, "");
  }

  private static ReplicaLimit rate(
      ScalingBehavior.Rules rules,
      ScalingMemory memory,
      Instant now,
      int current,
      int desired,
      int min,
      int max) {
    if (desired > current) {
      int limit = Math.max(current, upLimit(rules.up(), memory, now, current));
      if (desired > Math.min(max, limit)) {
        return max > limit
            ? new ReplicaLimit(limit, Condition.SCALE_UP_LIMIT, limited(limit, rules.up()))
            : new ReplicaLimit(max, Condition.TOO_MANY_REPLICAS, bounded(max, MAX));
      }
    } else if (desired < current) {
      int limit = Math.min(current, downLimit(rules.down(), memory, now, current));
      if (desired < Math.max(min, limit)) {
        return min < limit
            ? new ReplicaLimit(limit, Condition.SCALE_DOWN_LIMIT, limited(limit, rules.down()))
            : new ReplicaLimit(min, Condition.TOO_FEW_REPLICAS, bounded(min, MIN));
      }
    }
    return new ReplicaLimit(desired, Condition.DESIRED_WITHIN_RANGE, "");
  }

  private static int upLimit(ScalingRules rules, ScalingMemory memory, Instant now, int current) {
    IntStream limits =
        rules.policies().stream()
            .mapToInt(
                policy -> {
                  int start = memory.atStartOf(now, policy.period(), current);
                  return switch (policy.kind()) {
                    case PODS -> start + policy.value();
                    case PERCENT -> (int) Math.ceil(start * (1 + policy.value() / 100.0));
                  };
                });
    return switch (rules.select()) {
      case DISABLED -> current;
      case MAX -> limits.max().orElse(current);
      case MIN -> limits.min().orElse(current);
    };
  }

  private static int downLimit(ScalingRules rules, ScalingMemory memory, Instant now, int current) {
    IntStream limits =
        rules.policies().stream()
            .mapToInt(
                policy -> {
                  int start = memory.atStartOf(now, policy.period(), current);
                  return switch (policy.kind()) {
                    case PODS -> start - policy.value();
                    case PERCENT -> (int) (start * (1 - policy.value() / 100.0));
                  };
                });
    // MAX is the largest change, hence the smallest number.
    return switch (rules.select()) {
      case DISABLED -> current;
      case MAX -> limits.min().orElse(current);
      case MIN -> limits.max().orElse(current);
    };
  }

  private static String limited(int replicas, ScalingRules rules) {
    return rules.select() == Select.DISABLED
        ? "held at %d: this direction is disabled".formatted(replicas)
        : "limited to %d by %s"
            .formatted(
                replicas,
                rules.policies().stream()
                    .map(ScalingPolicy::inWords)
                    .collect(Collectors.joining(" or ")));
  }

  private static String bounded(int replicas, String bound) {
    return "limited to %d by %s".formatted(replicas, bound);
  }
}

package dev.headroom.autoscaler;

import dev.headroom.autoscaler.Pod.Sample;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The formula of Kubernetes' Horizontal Pod Autoscaler, integer truncations included: {@code
 * pkg/controller/podautoscaler/replica_calculator.go}.
 *
 * <p>When every replica has been measured, it is {@code ceil(replicas × metric / target)}.
 * Otherwise those not measured are assumed to be what makes the change smallest, and a change that
 * this assumption turns round is dropped.
 */
final class ReplicaCalculator {
  private ReplicaCalculator() {}

  /**
   * Use as a percentage of what the pods ask for. Empty when no pod has a sample that counts, or
   * one asks for nothing.
   */
  static Optional<Proposal> utilization(
      int current, int targetPercent, PodGroups pods, Tolerance tolerance) {
    long usage = sum(pods.measured());
    long request = pods.measured().stream().mapToLong(Pod::requestMilli).sum();
    if (pods.measured().isEmpty() || request == 0) {
      return Optional.empty();
    }
    Filled filled =
        new Filled(
            usage,
            request,
            targetPercent,
            // A missing pod is assumed to use all it asks for, or the target if that is more.
            pod -> pod.requestMilli() * Math.max(100, targetPercent) / 100);
    return Optional.of(propose(current, pods, tolerance, filled));
  }

  /** A metric of each pod, against a target for the mean. Empty when no pod has a sample. */
  static Optional<Proposal> average(
      int current, long targetMilli, PodGroups pods, Tolerance tolerance) {
    if (pods.measured().isEmpty()) {
      return Optional.empty();
    }
    Filled filled = new Filled(sum(pods.measured()), -1, targetMilli, _ -> targetMilli);
    return Optional.of(propose(current, pods, tolerance, filled));
  }

  private static long sum(List<Pod> measured) {
    return measured.stream().mapToLong(pod -> sample(pod).milli()).sum();
  }

  private static Sample sample(Pod pod) {
    return Objects.requireNonNull(pod.sample(), "sample");
  }

  private static Proposal propose(
      int current, PodGroups pods, Tolerance tolerance, Filled measured) {
    int count = pods.measured().size();
    long observed = measured.observed(count);
    double ratio = measured.ratio(count);
    boolean unreadyMatter = ratio > 1 && !pods.unready().isEmpty();
    if (!unreadyMatter && pods.missing().isEmpty()) {
      if (tolerance.covers(ratio)) {
        return new Proposal(current, observed, "within tolerance");
      }
      int replicas = ceil(ratio * count);
      return new Proposal(replicas, observed, working(count, measured, count, replicas));
    }

    Filled filled = measured;
    int filledCount = count;
    if (ratio < 1) {
      for (Pod missing : pods.missing()) {
        filled = filled.plus(missing, measured.assumedOfMissing.applyAsLong(missing));
        filledCount++;
      }
    } else if (ratio > 1) {
      for (Pod missing : pods.missing()) {
        filled = filled.plus(missing, 0);
        filledCount++;
      }
      for (Pod unready : pods.unready()) {
        filled = filled.plus(unready, 0);
        filledCount++;
      }
    }
    double filledRatio = filled.ratio(filledCount);
    String assumption =
        "with %d not measured assumed %s "
            .formatted(filledCount - count, ratio > 1 ? "idle" : "busy");
    if (tolerance.covers(filledRatio)
        || (ratio < 1 && filledRatio > 1)
        || (ratio > 1 && filledRatio < 1)) {
      return new Proposal(current, observed, assumption + "no change");
    }
    int replicas = ceil(filledRatio * filledCount);
    if ((filledRatio < 1 && replicas > current) || (filledRatio > 1 && replicas < current)) {
      return new Proposal(current, observed, assumption + "no change");
    }
    return new Proposal(
        replicas, observed, assumption + working(filledCount, filled, filledCount, replicas));
  }

  private static String working(int count, Filled filled, int samples, int replicas) {
    return "ceil(%d×%s/%s) = %d"
        .formatted(
            count,
            filled.inWords(filled.observed(samples)),
            filled.inWords(filled.target),
            replicas);
  }

  /** A metric of one object, or an external one, against a target for the whole. */
  static int value(int current, int ready, double metric, double target, Tolerance tolerance) {
    double ratio = metric / target;
    if (current == 0) {
      return ceil(ratio);
    }
    return tolerance.covers(ratio) ? current : ceil(ratio * ready);
  }

  /** A metric of one object, or an external one, against a target per replica. */
  static Proposal averageValue(int current, long metric, long target, Tolerance tolerance) {
    double ratio = metric / ((double) target * current);
    int replicas = tolerance.covers(ratio) ? current : ceil((double) metric / target);
    return new Proposal(
        replicas,
        (long) Math.ceil((double) metric / current),
        "ceil(%d/%d) = %d".formatted(metric, target, replicas));
  }

  /* A cast of a double saturates, as upstream's cap at MaxInt32 does. */
  private static int ceil(double replicas) {
    return (int) Math.ceil(replicas);
  }

  /** {@code thousandths} as a number with at most one digit after the point. */
  static String decimal(long thousandths) {
    String text = String.format(Locale.ROOT, "%.1f", thousandths / 1000.0);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  /*
   * The sums that a ratio is made of, growing as assumptions are added.
   * requestMilli is -1 for a metric that is not a share of a request.
   */
  private record Filled(
      long usageMilli, long requestMilli, long target, ToLongFunction<Pod> assumedOfMissing) {

    boolean isShare() {
      return requestMilli >= 0;
    }

    long observed(int samples) {
      return isShare() ? usageMilli * 100 / requestMilli : usageMilli / samples;
    }

    double ratio(int samples) {
      return (double) observed(samples) / target;
    }

    Filled plus(Pod pod, long usage) {
      return new Filled(
          usageMilli + usage,
          isShare() ? requestMilli + pod.requestMilli() : requestMilli,
          target,
          assumedOfMissing);
    }

    String inWords(long amount) {
      return isShare() ? Long.toString(amount) : decimal(amount);
    }
  }
}

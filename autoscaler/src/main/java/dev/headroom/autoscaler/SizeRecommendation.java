package dev.headroom.autoscaler;

import dev.headroom.autoscaler.sizing.Estimate;
import dev.headroom.autoscaler.sizing.Estimate.Amount;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.spec.ResourcesSpec;
import dev.headroom.spec.ResourcesSpec.AllowedSpec;
import java.util.Optional;

/**
 * What one replica should ask for, within the document's bounds.
 *
 * @param uncapped the target before {@code minAllowed} and {@code maxAllowed}
 * @param confidence days of history, at most as many as there are samples for
 */
record SizeRecommendation(
    ReplicaSize lower,
    ReplicaSize target,
    ReplicaSize upper,
    ReplicaSize uncapped,
    double confidence) {

  private static final long MEBIBYTE = 1 << 20;

  static SizeRecommendation of(Estimate estimate, ResourcesSpec resources) {
    return new SizeRecommendation(
        capped(estimate.lower(), resources),
        capped(estimate.target(), resources),
        capped(estimate.upper(), resources),
        size(estimate.target()),
        estimate.confidence());
  }

  /* Rounded up to whole millicores and mebibytes. */
  private static ReplicaSize size(Amount amount) {
    return new ReplicaSize(
        new Cpu((long) Math.ceil(amount.cores() * 1000)),
        new ByteSize((long) Math.ceil(amount.bytes() / MEBIBYTE) * MEBIBYTE));
  }

  private static ReplicaSize capped(Amount amount, ResourcesSpec resources) {
    ReplicaSize size = size(amount);
    Optional<AllowedSpec> min = resources.minAllowed();
    Optional<AllowedSpec> max = resources.maxAllowed();
    return new ReplicaSize(
        within(size.cpu(), min.flatMap(AllowedSpec::cpu), max.flatMap(AllowedSpec::cpu)),
        within(size.memory(), min.flatMap(AllowedSpec::memory), max.flatMap(AllowedSpec::memory)));
  }

  private static <T extends Comparable<T>> T within(T value, Optional<T> min, Optional<T> max) {
    T raised = min.filter(least -> least.compareTo(value) > 0).orElse(value);
    return max.filter(most -> most.compareTo(raised) < 0).orElse(raised);
  }
}

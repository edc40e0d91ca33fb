package dev.headroom.autoscaler;

import dev.headroom.autoscaler.Pod.Readiness;
import dev.headroom.autoscaler.Pod.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pods by what their sample is worth: {@code groupPods} of Kubernetes' {@code
 * replica_calculator.go}. Pods that are gone are in no group.
 *
 * @param measured whose sample counts
 * @param unready whose sample does not count, because they are still coming up
 * @param missing which should have a sample and have none
 */
record PodGroups(List<Pod> measured, List<Pod> unready, List<Pod> missing) {

  /** While a pod is young, its CPU says more about its start than about the load. */
  record CpuWarmUp(Duration initializationPeriod, Duration initialReadinessDelay) {
    static final CpuWarmUp DEFAULT = new CpuWarmUp(Duration.ofMinutes(5), Duration.ofSeconds(30));
  }

  static PodGroups ofCpu(List<Pod> pods, Instant now, CpuWarmUp warmUp) {
    PodGroups groups = new PodGroups(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (Pod pod : pods) {
      groups.groupFor(pod, isWarmingUp(pod, now, warmUp)).ifPresent(group -> group.add(pod));
    }
    return groups;
  }

  /** For every metric that is not CPU: readiness does not matter. */
  static PodGroups ofOther(List<Pod> pods) {
    PodGroups groups = new PodGroups(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (Pod pod : pods) {
      groups.groupFor(pod, false).ifPresent(group -> group.add(pod));
    }
    return groups;
  }

  private Optional<List<Pod>> groupFor(Pod pod, boolean warmingUp) {
    if (pod.gone()) {
      return Optional.empty();
    }
    if (pod.pending()) {
      return Optional.of(unready);
    }
    if (pod.sample() == null) {
      return Optional.of(missing);
    }
    return Optional.of(warmingUp ? unready : measured);
  }

  private static boolean isWarmingUp(Pod pod, Instant now, CpuWarmUp warmUp) {
    Instant startedAt = pod.startedAt();
    Readiness readiness = pod.readiness();
    Sample sample = pod.sample();
    if (startedAt == null || readiness == null || sample == null) {
      return true;
    }
    if (startedAt.plus(warmUp.initializationPeriod()).isAfter(now)) {
      // Not a whole window has been measured since it became what it is.
      return !readiness.ready() || sample.at().isBefore(readiness.since().plus(sample.window()));
    }
    boolean neverReady = startedAt.plus(warmUp.initialReadinessDelay()).isAfter(readiness.since());
    return !readiness.ready() && neverReady;
  }
}

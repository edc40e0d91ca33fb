package dev.headroom.autoscaler;

import dev.headroom.autoscaler.HorizontalScaling.Reading;
import dev.headroom.autoscaler.PodGroups.CpuWarmUp;
import dev.headroom.autoscaler.ReplicaReading.Measured;
import dev.headroom.autoscaler.ReplicaReading.Phase;
import dev.headroom.base.Durations;
import dev.headroom.base.Percent;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.TargetsSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Turns the readings of a service's replicas into what each of its targets says. */
final class MetricReader {
  /* What Kubernetes steers by when a HorizontalPodAutoscaler names no metric. */
  private static final Percent DEFAULT_CPU = new Percent(80);

  /** The 95th percentile of fewer is their maximum. */
  private static final int FEWEST_REQUESTS = 20;

  private final AutoscalerSettings settings;

  MetricReader(AutoscalerSettings settings) {
    this.settings = settings;
  }

  /**
   * What the targets say.
   *
   * @param dataAge of the oldest sample that counted
   */
  record Readings(List<Reading> readings, Duration dataAge) {}

  Readings read(
      ServiceSpec spec,
      int current,
      List<ReplicaReading> replicas,
      Optional<LatencyReading> latency,
      Instant now) {
    TargetsSpec targets = spec.targets();
    List<Reading> readings = new ArrayList<>();
    List<Pod> used = new ArrayList<>();
    Optional<Percent> cpu =
        targets.cpu().isEmpty() && targets.inFlight().isEmpty()
            ? Optional.of(DEFAULT_CPU)
            : targets.cpu();
    if (cpu.isPresent()) {
      PodGroups pods =
          PodGroups.ofCpu(
              pods(replicas, ReplicaReading::cpuCores, spec.resources().cpu().millicores(), now),
              now,
              new CpuWarmUp(settings.cpuInitialization(), settings.initialReadinessDelay()));
      used.addAll(pods.measured());
      readings.add(cpu(cpu.get(), current, pods));
    }
    if (targets.inFlight().isPresent()) {
      PodGroups pods = PodGroups.ofOther(pods(replicas, ReplicaReading::inFlight, 0, now));
      used.addAll(pods.measured());
      readings.add(inFlight(targets.inFlight().getAsInt(), current, pods));
    }
    Duration age = age(used, now);
    if (targets.p95().isPresent()) {
      Optional<LatencyReading> fresh =
          latency.filter(reading -> !reading.at().plus(settings.maxDataAge()).isBefore(now));
      p95(targets.p95().get(), current, replicas, fresh).ifPresent(readings::add);
      age = longer(age, fresh.map(r -> Duration.between(r.at(), now)).orElse(Duration.ZERO));
    }
    return new Readings(readings, age);
  }

  /*
   * HPA's formula for a Value target. Two things are peculiar to latency. Of few requests it is
   * chance: then it has no say, and there is always another target that has. And what was measured
   * before the newest replica took part says nothing about the number there is now; to go on adding
   * on its account would run away.
   */
  private Optional<Reading> p95(
      Duration target,
      int current,
      List<ReplicaReading> replicas,
      Optional<LatencyReading> measured) {
    if (measured.isEmpty()) {
      return Optional.of(
          new Reading(
              "p95: not measured within " + Durations.format(settings.maxDataAge()),
              Optional.empty()));
    }
    LatencyReading latency = measured.get();
    if (latency.requests() < FEWEST_REQUESTS) {
      return Optional.empty();
    }
    long millis = latency.p95().toMillis();
    List<ReplicaReading> staying =
        replicas.stream().filter(replica -> replica.phase() != Phase.STOPPING).toList();
    int ready = (int) staying.stream().filter(ReplicaReading::ready).count();
    Instant begun = latency.at().minus(latency.window());
    boolean allTookPart =
        staying.stream()
            .allMatch(replica -> replica.ready() && !replica.readySince().isAfter(begun));
    int proposed =
        ReplicaCalculator.value(
            current,
            ready,
            (double) millis,
            (double) target.toMillis(),
            settings.behavior().tolerance());
    Proposal proposal =
        proposed > current && !allTookPart
            ? new Proposal(current, millis, "no change until all have taken part")
            : new Proposal(
                proposed,
                millis,
                proposed == current
                    ? "no change"
                    : "ceil(%d×%d/%d) = %d".formatted(ready, millis, target.toMillis(), proposed));
    return Optional.of(
        new Reading(
            "p95 %d ms, target %d ms".formatted(millis, target.toMillis()), Optional.of(proposal)));
  }

  private Reading cpu(Percent target, int current, PodGroups pods) {
    int percent = (int) Math.round(target.percent());
    Optional<Proposal> proposal =
        ReplicaCalculator.utilization(current, percent, pods, settings.behavior().tolerance());
    return new Reading(
        proposal
            .map(p -> "CPU %d%% of the request, target %d%%".formatted(p.observed(), percent))
            .orElseGet(() -> unknown("CPU")),
        proposal);
  }

  private Reading inFlight(int target, int current, PodGroups pods) {
    Optional<Proposal> proposal =
        ReplicaCalculator.average(current, target * 1000L, pods, settings.behavior().tolerance());
    return new Reading(
        proposal
            .map(
                p ->
                    "in-flight %s per replica, target %d"
                        .formatted(ReplicaCalculator.decimal(p.observed()), target))
            .orElseGet(() -> unknown("in-flight")),
        proposal);
  }

  private String unknown(String metric) {
    return "%s: no sample of a running replica that is younger than %s"
        .formatted(metric, Durations.format(settings.maxDataAge()));
  }

  private List<Pod> pods(
      List<ReplicaReading> replicas,
      Function<ReplicaReading, Optional<Measured>> metric,
      long requestMilli,
      Instant now) {
    return replicas.stream()
        .map(
            replica ->
                new Pod(
                    replica.phase() == Phase.STOPPING,
                    replica.phase() == Phase.PENDING,
                    replica.startedAt(),
                    new Pod.Readiness(replica.ready(), replica.readySince()),
                    metric
                        .apply(replica)
                        .filter(
                            measured -> !measured.at().plus(settings.maxDataAge()).isBefore(now))
                        .map(
                            measured ->
                                new Pod.Sample(
                                    Math.round(measured.value() * 1000),
                                    measured.at(),
                                    measured.window()))
                        .orElse(null),
                    requestMilli))
        .toList();
  }

  private static Duration age(List<Pod> used, Instant now) {
    Duration oldest = Duration.ZERO;
    for (Pod pod : used) {
      if (pod.sample() != null) {
        oldest = longer(oldest, Duration.between(pod.sample().at(), now));
      }
    }
    return oldest;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}

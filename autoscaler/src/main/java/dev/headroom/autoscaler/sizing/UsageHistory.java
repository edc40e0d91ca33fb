package dev.headroom.autoscaler.sizing;

import dev.headroom.autoscaler.sizing.Estimate.Amount;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the replicas of one service used: {@code model/aggregate_container_state.go}. Their samples
 * count together, as they do the same work. Not thread-safe.
 */
public final class UsageHistory {
  /* Both have 176 buckets, each 5 % wider than the one before. */
  static final Buckets CPU = Buckets.exponential(1000, 0.01, 1.05);
  static final Buckets MEMORY = Buckets.exponential(1e12, 1e7, 1.05);

  private static final double CPU_WEIGHT = 0.1;
  private static final double MEMORY_WEIGHT = 1;

  private final SizingRules rules;
  private final DecayingHistogram cpu;
  private final DecayingHistogram memory;
  private final Map<String, Instant> lastCpu = new HashMap<>();
  private final Map<String, MemoryPeaks> peaks = new HashMap<>();
  private @Nullable Instant firstSample;
  private @Nullable Instant lastSample;
  private long samples;

  public UsageHistory(SizingRules rules) {
    this.rules = rules;
    this.cpu = new DecayingHistogram(CPU, rules.halfLife());
    this.memory = new DecayingHistogram(MEMORY, rules.halfLife());
  }

  /** Cores in use; one that is not newer than the replica's last is ignored. */
  public void cpu(String instance, Instant at, double cores) {
    Instant before = lastCpu.get(instance);
    if (before != null && !at.isAfter(before)) {
      return;
    }
    lastCpu.put(instance, at);
    cpu.add(at, cores, CPU_WEIGHT);
    samples++;
    firstSample = firstSample == null || at.isBefore(firstSample) ? at : firstSample;
    lastSample = lastSample == null || at.isAfter(lastSample) ? at : lastSample;
  }

  /** Bytes in use. */
  public void memory(String instance, Instant at, double bytes) {
    peaks(instance).used(at, bytes);
  }

  /** A replica that asked for {@code requested} bytes was killed for its memory. */
  public boolean outOfMemory(String instance, Instant at, double requested) {
    return peaks(instance).outOfMemory(at, requested, rules.oomRatio(), rules.oomBytes());
  }

  private MemoryPeaks peaks(String instance) {
    return peaks.computeIfAbsent(
        instance,
        _ ->
            new MemoryPeaks(
                rules.memoryInterval(),
                new MemoryPeaks.Samples() {
                  @Override
                  public void add(Instant at, double bytes) {
                    memory.add(at, bytes, MEMORY_WEIGHT);
                  }

                  @Override
                  public void subtract(Instant at, double bytes) {
                    memory.subtract(at, bytes, MEMORY_WEIGHT);
                  }
                }));
  }

  /** Forgets replicas that have been silent since {@code before}; what they used still counts. */
  public void forget(Instant before) {
    lastCpu.values().removeIf(at -> at.isBefore(before));
    peaks
        .values()
        .removeIf(
            replica -> {
              Instant last = replica.last();
              return last == null || last.isBefore(before);
            });
  }

  /** Empty until there is a sample of CPU and one of memory. */
  public Optional<Estimate> estimate() {
    if (cpu.isEmpty() || memory.isEmpty() || firstSample == null || lastSample == null) {
      return Optional.empty();
    }
    double confidence =
        Estimator.confidence(
            Duration.between(firstSample, lastSample).toNanos() / 1e9,
            samples,
            rules.confidenceInterval().toNanos() / 1e9);
    Amount lower = percentile(rules.lower());
    Amount upper = percentile(rules.upper());
    return Optional.of(
        new Estimate(
            new Amount(
                    Estimator.lower(lower.cores(), confidence),
                    Estimator.lower(lower.bytes(), confidence))
                .atLeast(rules.minCores(), rules.minBytes()),
            percentile(rules.target()).atLeast(rules.minCores(), rules.minBytes()),
            new Amount(
                    Estimator.upper(upper.cores(), confidence),
                    Estimator.upper(upper.bytes(), confidence))
                .atLeast(rules.minCores(), rules.minBytes()),
            confidence,
            samples));
  }

  private Amount percentile(double fraction) {
    return new Amount(
        Estimator.margin(cpu.percentile(fraction), rules.margin()),
        Estimator.margin(memory.percentile(fraction), rules.margin()));
  }
}

package dev.headroom.autoscaler.sizing;

import java.time.Duration;

/**
 * The recommender's constants.
 *
 * @param halfLife after which a sample counts half
 * @param confidenceInterval as much history as gives a confidence of 1, with a sample a minute
 * @param memoryInterval of which the memory peak is one sample
 * @param lower percentile of the lower bound; {@code target} and {@code upper} likewise
 * @param margin added on top of all three, as a share
 * @param minCores never recommend less
 * @param minBytes never recommend less
 * @param oomRatio memory after an OOM kill, as a multiple of what it had
 * @param oomBytes memory after an OOM kill, at least so much more
 */
public record SizingRules(
    Duration halfLife,
    Duration confidenceInterval,
    Duration memoryInterval,
    double lower,
    double target,
    double upper,
    double margin,
    double minCores,
    double minBytes,
    double oomRatio,
    double oomBytes) {

  /** Upstream's defaults. */
  public static SizingRules defaults() {
    return new SizingRules(
        Duration.ofHours(24),
        Duration.ofHours(24),
        Duration.ofHours(24),
        0.5,
        0.9,
        0.95,
        0.15,
        0.025,
        250L << 20,
        1.2,
        100L << 20);
  }

  /** The same with {@code interval} for each of the three days: for time that is compressed. */
  public SizingRules within(Duration interval) {
    return new SizingRules(
        interval, interval, interval, lower, target, upper, margin, minCores, minBytes, oomRatio,
        oomBytes);
  }
}

package dev.headroom.autoscaler;

import java.time.Duration;

/**
 * How the vertical autoscaler works; the defaults are those of Kubernetes' VerticalPodAutoscaler.
 *
 * @param interval between two decisions
 * @param step of one sample
 * @param reportInterval between two reports of what is recommended
 * @param history how far back it reads when it starts
 * @param day in which the weight of a sample halves and confidence grows by one; shorter where time
 *     is compressed
 * @param minAge a replica this old is resized for a small gain too
 * @param quickOutOfMemory one that was killed for its memory so soon is resized at once
 * @param smallGain the sum of the relative changes of CPU and memory that is worth it
 */
public record VerticalSettings(
    Duration interval,
    Duration step,
    Duration reportInterval,
    Duration history,
    Duration day,
    Duration minAge,
    Duration quickOutOfMemory,
    double smallGain) {

  public static VerticalSettings defaults() {
    return new VerticalSettings(
        Duration.ofMinutes(1),
        Duration.ofMinutes(1),
        Duration.ofSeconds(5),
        Duration.ofDays(8),
        Duration.ofHours(24),
        Duration.ofHours(12),
        Duration.ofMinutes(10),
        0.1);
  }

  /** With {@code day} for 24 hours: for a demonstration of minutes. */
  public static VerticalSettings compressed(Duration day) {
    return new VerticalSettings(
        Duration.ofSeconds(15),
        Duration.ofSeconds(15),
        Duration.ofSeconds(5),
        day.multipliedBy(8),
        day,
        day.dividedBy(2),
        Duration.ofMinutes(10),
        0.1);
  }
}

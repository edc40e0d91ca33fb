package dev.headroom.autoscaler;

import java.time.Duration;

/**
 * How the horizontal autoscaler works; the defaults are those of Kubernetes' controller manager.
 *
 * @param interval between two decisions
 * @param reportInterval between two reports of what is wanted
 * @param maxDataAge figures older than this are as good as none
 * @param cpuInitialization while a replica is younger, its CPU counts only when it has been ready
 *     for a whole window
 * @param initialReadinessDelay one that became unready this soon after its start was never ready
 */
public record AutoscalerSettings(
    Duration interval,
    Duration reportInterval,
    Duration maxDataAge,
    ScalingBehavior behavior,
    Duration cpuInitialization,
    Duration initialReadinessDelay) {

  public static AutoscalerSettings defaults() {
    return new AutoscalerSettings(
        Duration.ofSeconds(15),
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        ScalingBehavior.defaults(),
        Duration.ofMinutes(5),
        Duration.ofSeconds(30));
  }

  public AutoscalerSettings withBehavior(ScalingBehavior value) {
    return new AutoscalerSettings(
        interval, reportInterval, maxDataAge, value, cpuInitialization, initialReadinessDelay);
  }
}

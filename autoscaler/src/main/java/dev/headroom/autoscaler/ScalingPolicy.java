package dev.headroom.autoscaler;

import dev.headroom.base.Durations;
import java.time.Duration;

/** How much the number of replicas may change within {@code period}: HPAScalingPolicy. */
public record ScalingPolicy(Kind kind, int value, Duration period) {
  /** What {@code value} counts. */
  public enum Kind {
    PODS,
    PERCENT
  }

  public ScalingPolicy {
    if (value <= 0) {
      throw new IllegalArgumentException("value: " + value + " (expected: > 0)");
    }
    if (period.compareTo(Duration.ZERO) <= 0 || period.compareTo(Duration.ofMinutes(30)) > 0) {
      throw new IllegalArgumentException(
          "period: " + period + " (expected: more than 0, at most 30m)");
    }
  }

  /** In an operator's words, for example {@code 100% per 15s}. */
  String inWords() {
    String amount = kind == Kind.PODS ? value + " replicas" : value + "%";
    return amount + " per " + Durations.format(period);
  }
}

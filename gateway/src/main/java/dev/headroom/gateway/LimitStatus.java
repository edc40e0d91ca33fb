package dev.headroom.gateway;

import java.util.List;

/**
 * A rule of {@code rateLimits} as it is now.
 *
 * @param rule its name
 * @param observe it only counts
 * @param callers how many callers it is counting
 * @param offenders who was refused most in the last five minutes, the worst first
 */
public record LimitStatus(String rule, boolean observe, int callers, List<Offender> offenders) {

  public LimitStatus {
    offenders = List.copyOf(offenders);
  }

  /**
   * A caller who was refused.
   *
   * @param caller for example {@code user:7/42} or {@code ip:192.0.2.1}
   */
  public record Offender(String caller, long refused) {}
}

package dev.headroom.autoscaler.sizing;

/**
 * What one replica should ask for, before any bounds of the document.
 *
 * @param confidence days of history, at most as many as there are samples for; in units of {@link
 *     SizingRules#confidenceInterval}
 * @param samples of CPU
 */
public record Estimate(Amount lower, Amount target, Amount upper, double confidence, long samples) {

  /** CPU in cores, memory in bytes. */
  public record Amount(double cores, double bytes) {

    Amount atLeast(double minCores, double minBytes) {
      return new Amount(Math.max(cores, minCores), Math.max(bytes, minBytes));
    }
  }
}

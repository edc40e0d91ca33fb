package dev.headroom.console;

import dev.headroom.signals.LatencySketch;

/** Percentiles in milliseconds; all zero when nothing was measured. */
record Latency(double p50Ms, double p95Ms, double p99Ms, double meanMs, double maxMs) {

  static Latency of(LatencySketch seconds) {
    return new Latency(
        millis(seconds.quantile(0.5)),
        millis(seconds.quantile(0.95)),
        millis(seconds.quantile(0.99)),
        millis(seconds.mean()),
        millis(seconds.max()));
  }

  /* Microseconds are as fine as anybody reads. */
  static double millis(double seconds) {
    return Math.round(seconds * 1e6) / 1e3;
  }
}

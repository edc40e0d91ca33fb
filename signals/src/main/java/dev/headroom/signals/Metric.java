package dev.headroom.signals;

/**
 * One data point of a metric. Sums and histograms are deltas: what was added between {@code start}
 * and {@code end}.
 */
public sealed interface Metric {

  /** For example {@code http.server.request.duration}. */
  String name();

  /** In UCUM, for example {@code s}, {@code By}, {@code {request}}. */
  String unit();

  /** The series. */
  Attributes attributes();

  /** Who measured it. */
  Attributes resource();

  long startEpochNanos();

  long endEpochNanos();

  /** A distribution; latencies are in seconds. */
  record Histogram(
      String name,
      String unit,
      Attributes attributes,
      Attributes resource,
      long startEpochNanos,
      long endEpochNanos,
      LatencySketch sketch)
      implements Metric {}

  /** A number of things that happened. */
  record Sum(
      String name,
      String unit,
      Attributes attributes,
      Attributes resource,
      long startEpochNanos,
      long endEpochNanos,
      double value)
      implements Metric {}

  /** A value at the moment {@code endEpochNanos}. */
  record Gauge(
      String name,
      String unit,
      Attributes attributes,
      Attributes resource,
      long startEpochNanos,
      long endEpochNanos,
      double value)
      implements Metric {}
}

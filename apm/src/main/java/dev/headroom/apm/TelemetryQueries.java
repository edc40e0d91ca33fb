package dev.headroom.apm;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Span;
import dev.headroom.signals.TraceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The read side of the store. All answers are measured; times are those of the measurement, not of
 * its arrival. Thread-safe; queries run while telemetry comes in.
 */
public interface TelemetryQueries extends Analyses {

  /** Rate, errors and latency of every endpoint that was asked, most requests first. */
  List<EndpointStats> endpoints(Window window);

  /** The same over all endpoints together ({@code service} absent: of all services), by time. */
  List<EndpointPoint> endpointSeries(
      Window window, Duration step, Optional<String> service, Optional<String> route);

  /** Every statement seen by the router, most total time first. */
  List<QueryStats> queries(Window window);

  /** Of each series of a gauge, the last value if it is not older than {@code maxAge}. */
  List<GaugeValue> latest(String metric, Duration maxAge);

  /**
   * A metric over time, by the given attributes. Gauges: the mean of each step per series, summed
   * over the series that fall together; sums: the total of the step; histograms: the merged sketch.
   */
  List<MetricSeries> series(String metric, Window window, Duration step, List<String> groupBy);

  /** The same with every series on its own: {@code group} holds all its attributes. */
  List<MetricSeries> allSeries(String metric, Window window, Duration step);

  /** Every metric that is known, by name. */
  List<MetricName> metrics();

  /** Events whose name starts with {@code prefix}, newest first. */
  List<LogRecord> events(Window window, String prefix, int limit);

  /** Newest or slowest traces whose root is in the window. */
  List<TraceSummary> traces(Window window, Optional<String> route, boolean slowestFirst, int limit);

  /**
   * Traces with a span in the window that fulfils {@code query}, newest first; at most {@code
   * limit}.
   */
  List<TraceSummary> search(Window window, TraceQuery query, int limit);

  /**
   * All spans of a trace by start, differing clocks of hosts corrected; empty when it is not known.
   */
  List<Span> trace(TraceId traceId);

  /** Log records of a trace by time; empty when none were sent. */
  List<LogRecord> logs(TraceId traceId);

  /** When the newest value of {@code metric} was measured. */
  Optional<Instant> newest(String metric);

  /** What the store itself does: size on disk, accepted and dropped items by reason. */
  StoreStats storeStats();

  /** One endpoint over a window; latencies in seconds. */
  record EndpointStats(
      String service,
      String method,
      String route,
      long count,
      double ratePerSecond,
      long clientErrors,
      long serverErrors,
      LatencySketch latency) {}

  /** All endpoints of a query over one step. */
  record EndpointPoint(
      Instant time, long count, long clientErrors, long serverErrors, LatencySketch latency) {}

  /** One statement over a window; latencies in seconds. */
  record QueryStats(
      String fingerprint, String text, long count, long onReplicas, LatencySketch latency) {}

  /** One series' last value. */
  record GaugeValue(Attributes attributes, Instant time, double value) {}

  /** Values of one group over time; a step without data has no point. */
  record MetricSeries(Attributes group, List<Point> points) {}

  /** A metric; the unit is one of UCUM. */
  record MetricName(String name, String unit, Kind kind) {

    /** What its points are: moments, what was added, or distributions of what was added. */
    public enum Kind {
      GAUGE,
      SUM,
      HISTOGRAM
    }
  }

  /** {@code sketch} is empty unless the metric is a histogram, whose {@code value} is the count. */
  record Point(Instant time, double value, LatencySketch sketch) {}

  /** A trace at a glance. */
  record TraceSummary(
      TraceId traceId,
      String service,
      String name,
      Instant start,
      Duration duration,
      int spans,
      boolean error) {}

  /** What the store itself does. */
  record StoreStats(
      long bytesOnDisk, long spans, long metricPoints, long logs, List<Dropped> dropped) {}

  /** Items that were not taken, since the start. */
  record Dropped(String signal, String reason, long count) {}
}

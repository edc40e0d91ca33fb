package dev.headroom.signals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes export requests in protobuf: spans, metrics (delta sums, delta exponential histograms at
 * scale 6, gauges), log records.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/">OTLP 1.11</a>
 */
public final class OtlpWriter {
  private static final int DELTA = 1;

  private OtlpWriter() {}

  /** An {@code ExportTraceServiceRequest}. */
  public static byte[] traces(List<Span> spans) {
    Map<Attributes, Map<String, List<Span>>> byResource = new LinkedHashMap<>();
    for (Span span : spans) {
      byResource
          .computeIfAbsent(span.resource(), r -> new LinkedHashMap<>())
          .computeIfAbsent(span.scope(), s -> new ArrayList<>())
          .add(span);
    }
    ProtoWriter out = new ProtoWriter();
    byResource.forEach(
        (resource, byScope) -> {
          int resourceSpans = out.begin(1);
          resource(out, resource);
          byScope.forEach(
              (scope, list) -> {
                int scopeSpans = out.begin(2);
                int name = out.begin(1);
                out.text(1, scope);
                out.end(name);
                for (Span span : list) {
                  span(out, span);
                }
                out.end(scopeSpans);
              });
          out.end(resourceSpans);
        });
    return out.toBytes();
  }

  /** An {@code ExportMetricsServiceRequest}. */
  public static byte[] metrics(List<Metric> metrics) {
    Map<Attributes, Map<Stream, List<Metric>>> byResource = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      byResource
          .computeIfAbsent(metric.resource(), r -> new LinkedHashMap<>())
          .computeIfAbsent(
              new Stream(metric.name(), metric.unit(), metric.getClass()), s -> new ArrayList<>())
          .add(metric);
    }
    ProtoWriter out = new ProtoWriter();
    byResource.forEach(
        (resource, byStream) -> {
          int resourceMetrics = out.begin(1);
          resource(out, resource);
          int scopeMetrics = out.begin(2);
          byStream.forEach((stream, points) -> stream(out, stream, points));
          out.end(scopeMetrics);
          out.end(resourceMetrics);
        });
    return out.toBytes();
  }

  /** An {@code ExportLogsServiceRequest}. */
  public static byte[] logs(List<LogRecord> logs) {
    Map<Attributes, List<LogRecord>> byResource = new LinkedHashMap<>();
    for (LogRecord log : logs) {
      byResource.computeIfAbsent(log.resource(), r -> new ArrayList<>()).add(log);
    }
    ProtoWriter out = new ProtoWriter();
    byResource.forEach(
        (resource, list) -> {
          int resourceLogs = out.begin(1);
          resource(out, resource);
          int scopeLogs = out.begin(2);
          for (LogRecord log : list) {
            log(out, log);
          }
          out.end(scopeLogs);
          out.end(resourceLogs);
        });
    return out.toBytes();
  }

  private record Stream(String name, String unit, Class<? extends Metric> kind) {}

  private static void resource(ProtoWriter out, Attributes resource) {
    int start = out.begin(1);
    attributes(out, 1, resource);
    out.end(start);
  }

  private static void span(ProtoWriter out, Span span) {
    int start = out.begin(2);
    out.traceId(1, span.traceId());
    out.spanId(2, span.spanId());
    out.spanId(4, span.parentId());
    out.text(5, span.name());
    out.varint(6, span.kind().number());
    out.fixed64(7, span.startEpochNanos());
    out.fixed64(8, span.endEpochNanos());
    attributes(out, 9, span.attributes());
    for (Span.Event event : span.events()) {
      int at = out.begin(11);
      out.fixed64(1, event.epochNanos());
      out.text(2, event.name());
      attributes(out, 3, event.attributes());
      out.end(at);
    }
    int status = out.begin(15);
    out.text(2, span.statusMessage());
    out.varint(3, span.status().number());
    out.end(status);
    out.end(start);
  }

  private static void stream(ProtoWriter out, Stream stream, List<Metric> points) {
    int start = out.begin(2);
    out.text(1, stream.name);
    out.text(3, stream.unit);
    int field = stream.kind == Metric.Gauge.class ? 5 : stream.kind == Metric.Sum.class ? 7 : 10;
    int data = out.begin(field);
    for (Metric point : points) {
      int at = out.begin(1);
      switch (point) {
        case Metric.Gauge gauge -> number(out, gauge, gauge.value());
        case Metric.Sum sum -> number(out, sum, sum.value());
        case Metric.Histogram histogram -> histogram(out, histogram);
      }
      out.end(at);
    }
    if (field != 5) {
      out.varint(2, DELTA);
    }
    if (field == 7) {
      out.varint(3, 1);
    }
    out.end(data);
    out.end(start);
  }

  private static void number(ProtoWriter out, Metric point, double value) {
    out.fixed64(2, point.startEpochNanos());
    out.fixed64(3, point.endEpochNanos());
    out.presentDouble(4, value);
    attributes(out, 7, point.attributes());
  }

  private static void histogram(ProtoWriter out, Metric.Histogram point) {
    LatencySketch sketch = point.sketch();
    attributes(out, 1, point.attributes());
    out.fixed64(2, point.startEpochNanos());
    out.fixed64(3, point.endEpochNanos());
    out.fixed64(4, sketch.count());
    out.presentDouble(5, sketch.sum());
    out.zigzag(6, LatencySketch.SCALE);
    out.fixed64(7, sketch.zeros());
    int[] indexes = sketch.indexes();
    if (indexes.length > 0) {
      buckets(out, indexes, sketch.counts());
    }
    if (sketch.count() > 0) {
      out.presentDouble(12, sketch.min());
      out.presentDouble(13, sketch.max());
    }
  }

  /* OTLP's buckets are dense, the sketch is sparse: the gaps are zeros, a byte each. */
  private static void buckets(ProtoWriter out, int[] indexes, long[] counts) {
    int start = out.begin(8);
    out.zigzag(1, indexes[0]);
    int packed = out.begin(2);
    int next = indexes[0];
    for (int i = 0; i < indexes.length; i++) {
      for (; next < indexes[i]; next++) {
        out.rawVarint(0);
      }
      out.rawVarint(counts[i]);
      next++;
    }
    out.end(packed);
    out.end(start);
  }

  private static void log(ProtoWriter out, LogRecord log) {
    int start = out.begin(2);
    out.fixed64(1, log.epochNanos());
    out.varint(2, log.severity());
    if (!log.body().isEmpty()) {
      int body = out.begin(5);
      out.text(1, log.body());
      out.end(body);
    }
    attributes(out, 6, log.attributes());
    out.traceId(9, log.traceId());
    out.spanId(10, log.spanId());
    out.fixed64(11, log.epochNanos());
    out.text(12, log.eventName());
    out.end(start);
  }

  private static void attributes(ProtoWriter out, int field, Attributes attributes) {
    attributes.forEach(
        (key, value) -> {
          int start = out.begin(field);
          out.text(1, key);
          any(out, 2, value);
          out.end(start);
        });
  }

  private static void any(ProtoWriter out, int field, Object value) {
    int start = out.begin(field);
    switch (value) {
      case Boolean b -> out.presentVarint(2, b ? 1 : 0);
      case Long l -> out.presentVarint(3, l);
      case Double d -> out.presentDouble(4, d);
      case List<?> list -> {
        int array = out.begin(5);
        for (Object element : list) {
          any(out, 1, element);
        }
        out.end(array);
      }
      default -> out.presentText(1, value.toString());
    }
    out.end(start);
  }
}

package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.TraceSummary;
import dev.headroom.apm.Window;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Single requests, as spans tell them. A sample; the figures of endpoints are exact. */
final class Traces {
  private Traces() {}

  static List<Trace> of(
      Reads reads, Window window, Optional<String> route, boolean slowestFirst, int limit) {
    return reads.queries().traces(window, route, slowestFirst, limit).stream()
        .map(Trace::of)
        .toList();
  }

  /** Empty when there is no such trace. */
  static Optional<Waterfall> waterfall(Reads reads, TraceId id) {
    List<Span> spans = reads.queries().trace(id);
    if (spans.isEmpty()) {
      return Optional.empty();
    }
    long start = spans.stream().mapToLong(Span::startEpochNanos).min().orElse(0);
    long end = spans.stream().mapToLong(Span::endEpochNanos).max().orElse(start);
    return Optional.of(
        new Waterfall(
            id.toString(),
            start / 1_000_000,
            (end - start) / 1e6,
            spans.stream().map(span -> Bar.of(span, start)).toList()));
  }

  /** A trace at a glance. */
  record Trace(
      String id,
      String service,
      String name,
      long time,
      double durationMs,
      int spans,
      boolean error) {

    private static Trace of(TraceSummary summary) {
      return new Trace(
          summary.traceId().toString(),
          summary.service(),
          summary.name(),
          summary.start().toEpochMilli(),
          summary.duration().toNanos() / 1e6,
          summary.spans(),
          summary.error());
    }
  }

  /** A trace in full. */
  record Waterfall(String id, long time, double durationMs, List<Bar> spans) {}

  /** One span of it. */
  record Bar(
      String id,
      Optional<String> parent,
      String service,
      String name,
      String kind,
      double startMs,
      double durationMs,
      boolean error,
      String message,
      Map<String, Object> attributes,
      List<String> events) {

    private static Bar of(Span span, long start) {
      return new Bar(
          span.spanId().toString(),
          span.parentId().equals(SpanId.NONE)
              ? Optional.empty()
              : Optional.of(span.parentId().toString()),
          span.resource().text("service.name").orElse(""),
          span.name(),
          span.kind().name().toLowerCase(Locale.ROOT),
          (span.startEpochNanos() - start) / 1e6,
          span.durationNanos() / 1e6,
          span.status() == Span.Status.ERROR,
          span.statusMessage(),
          span.attributes().toMap(),
          span.events().stream().map(Span.Event::name).toList());
    }
  }
}

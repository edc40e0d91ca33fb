package dev.headroom.apm;

import dev.headroom.apm.analysis.CallEdges;
import dev.headroom.apm.analysis.SpanFacts;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Figures that are made of spans and log records as they come in, before anything is left out:
 * requests of services that no gateway stands in front of, calls between services, exceptions. Of
 * one thread.
 */
final class SpanRollups {
  private final CallEdges edges = new CallEdges();
  private final ErrorGroups groups;
  private final Map<Key, LatencySketch.Recorder> durations = new LinkedHashMap<>();
  private final Map<Key, Long> counts = new LinkedHashMap<>();

  SpanRollups(ErrorGroups groups) {
    this.groups = groups;
  }

  /**
   * Takes a span.
   *
   * @param now nanoseconds of a clock that does not go back
   */
  void add(Span span, long now) {
    SpanFacts.endpointSeries(span)
        .ifPresent(
            endpoint ->
                record(
                    Vocabulary.SERVER_SPANS,
                    endpoint,
                    span.endEpochNanos(),
                    span.durationNanos() / 1e9));
    edges.add(span, now, this::called);
    for (Span.Event event : span.events()) {
      if (event.name().equals("exception")) {
        exception(
            event.attributes(), span.resource(), span.traceId(), span.spanId(), event.epochNanos());
      }
    }
  }

  void add(LogRecord log) {
    if (log.attributes().get("exception.type") != null
        || log.attributes().get("exception.stacktrace") != null) {
      exception(log.attributes(), log.resource(), log.traceId(), log.spanId(), log.epochNanos());
    }
  }

  private void exception(
      Attributes exception, Attributes resource, TraceId trace, SpanId span, long time) {
    groups
        .learn(exception, resource, trace, span, time)
        .ifPresent(
            series ->
                counts.merge(
                    new Key(
                        new Series(Series.Kind.SUM, Vocabulary.EXCEPTIONS, "{exception}", series),
                        Cell.start(time)),
                    1L,
                    Long::sum));
  }

  private void called(CallEdges.Call call) {
    record(
        Vocabulary.EDGE_DURATION,
        Attributes.of(
            Vocabulary.EDGE_FROM,
            call.from(),
            Vocabulary.EDGE_TO,
            call.to(),
            Vocabulary.EDGE_KIND,
            call.kind().name().toLowerCase(Locale.ROOT),
            Vocabulary.FAILED,
            call.failed()),
        call.endEpochNanos(),
        call.seconds());
  }

  private void record(String metric, Attributes attributes, long end, double seconds) {
    durations
        .computeIfAbsent(
            new Key(new Series(Series.Kind.HISTOGRAM, metric, "s", attributes), Cell.start(end)),
            k -> new LatencySketch.Recorder())
        .record(seconds);
  }

  /** Gives up waiting for the other ends of calls that are due. */
  void expire(long now) {
    edges.expire(now, this::called);
  }

  boolean isOpen() {
    return !durations.isEmpty() || !counts.isEmpty();
  }

  /** What came since the last drain; a cell may come in several parts. */
  List<Cell> drain() {
    List<Cell> cells = new ArrayList<>(durations.size() + counts.size());
    durations.forEach(
        (key, recorder) -> {
          LatencySketch sketch = recorder.drain();
          cells.add(new Cell(key.series, key.time, sketch.count(), SketchBytes.encode(sketch)));
        });
    counts.forEach((key, count) -> cells.add(new Cell(key.series, key.time, count, null)));
    durations.clear();
    counts.clear();
    return cells;
  }

  private record Key(Series series, long time) {}
}

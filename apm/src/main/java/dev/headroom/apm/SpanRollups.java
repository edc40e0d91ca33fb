package dev.headroom.apm;

import dev.headroom.apm.Analyses.PartKind;
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
import java.util.HashMap;
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
  // To make a series is dearer than to find it.
  private static final int MOST_REMEMBERED = 10_000;
  private final Map<SpanFacts.Answer, Series> answers = new HashMap<>();
  private final Map<Edge, Series> edgeSeries = new HashMap<>();

  SpanRollups(ErrorGroups groups) {
    this.groups = groups;
  }

  /**
   * Takes a span.
   *
   * @param now nanoseconds of a clock that does not go back
   */
  void add(Span span, long now) {
    SpanFacts.answer(span)
        .ifPresent(
            answer -> record(series(answer), span.endEpochNanos(), span.durationNanos() / 1e9));
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
    if (edgeSeries.size() >= MOST_REMEMBERED) {
      edgeSeries.clear();
    }
    record(
        edgeSeries.computeIfAbsent(
            new Edge(call.from(), call.to(), call.kind(), call.failed()), Edge::series),
        call.endEpochNanos(),
        call.seconds());
  }

  private Series series(SpanFacts.Answer answer) {
    if (answers.size() >= MOST_REMEMBERED) {
      answers.clear();
    }
    return answers.computeIfAbsent(
        answer, a -> new Series(Series.Kind.HISTOGRAM, Vocabulary.SERVER_SPANS, "s", a.series()));
  }

  private void record(Series series, long end, double seconds) {
    durations
        .computeIfAbsent(new Key(series, Cell.start(end)), k -> new LatencySketch.Recorder())
        .record(seconds);
  }

  private record Edge(String from, String to, PartKind kind, boolean failed) {
    Series series() {
      return new Series(
          Series.Kind.HISTOGRAM,
          Vocabulary.EDGE_DURATION,
          "s",
          Attributes.of(
              Vocabulary.EDGE_FROM,
              from,
              Vocabulary.EDGE_TO,
              to,
              Vocabulary.EDGE_KIND,
              kind.name().toLowerCase(Locale.ROOT),
              Vocabulary.FAILED,
              failed));
    }
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

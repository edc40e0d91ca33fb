package dev.headroom.apm;

import dev.headroom.apm.TelemetryQueries.TraceSummary;
import dev.headroom.apm.analysis.SpanFacts;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The last spans, in memory, of a bounded number. Thread-safe. */
final class RecentSpans implements TraceSource {
  private final int most;
  // Guarded by this.
  private final ArrayDeque<Span> arrived = new ArrayDeque<>();
  private final Map<TraceId, Map<SpanId, Span>> traces = new HashMap<>();

  RecentSpans(StoreLimits limits) {
    this.most = limits.spans();
  }

  synchronized void add(Span span) {
    Map<SpanId, Span> trace = traces.computeIfAbsent(span.traceId(), t -> new LinkedHashMap<>());
    // A sender that did not hear our answer sends again: the same span is no second one.
    if (trace.putIfAbsent(span.spanId(), span) != null) {
      return;
    }
    arrived.addLast(span);
    if (arrived.size() > most) {
      Span oldest = arrived.removeFirst();
      Map<SpanId, Span> of = traces.getOrDefault(oldest.traceId(), Map.of());
      of.remove(oldest.spanId());
      if (of.isEmpty()) {
        traces.remove(oldest.traceId());
      }
    }
  }

  synchronized List<Span> trace(TraceId traceId) {
    return traces.getOrDefault(traceId, Map.of()).values().stream()
        .sorted(Comparator.comparingLong(Span::startEpochNanos))
        .toList();
  }

  @Override
  public synchronized List<Collection<Span>> traces(
      Window window, Optional<String> route, boolean slowestFirst, int limit) {
    long from = Times.nanos(window.from());
    long to = Times.nanos(window.to());
    List<Span> entries = new ArrayList<>();
    for (Span span : arrived) {
      if (SpanFacts.isEntry(span)
          && span.startEpochNanos() >= from
          && span.startEpochNanos() < to
          && (route.isEmpty() || route.equals(SpanFacts.route(span)))) {
        entries.add(span);
      }
    }
    entries.sort(
        slowestFirst
            ? Comparator.comparingLong(Span::durationNanos).reversed()
            : Comparator.comparingLong(Span::startEpochNanos).reversed());
    return whole(entries, limit);
  }

  @Override
  public synchronized List<Collection<Span>> repeating(Window window, int least, int limit) {
    long from = Times.nanos(window.from());
    long to = Times.nanos(window.to());
    List<Span> calls = new ArrayList<>();
    for (Map<SpanId, Span> trace : traces.values()) {
      Map<String, Integer> counts = new HashMap<>();
      for (Span span : trace.values()) {
        boolean counted =
            span.kind() == Span.Kind.CLIENT
                && span.startEpochNanos() >= from
                && span.startEpochNanos() < to;
        if (counted && counts.merge(span.name(), 1, Integer::sum) == least) {
          calls.add(span);
        }
      }
    }
    calls.sort(Comparator.comparingLong(Span::startEpochNanos).reversed());
    return whole(calls, limit);
  }

  @Override
  public synchronized List<Collection<Span>> search(Window window, TraceQuery query, int limit) {
    long from = Times.nanos(window.from());
    long to = Times.nanos(window.to());
    List<Span> found = new ArrayList<>();
    for (Span span : arrived) {
      if (span.startEpochNanos() >= from && span.startEpochNanos() < to && query.matches(span)) {
        found.add(span);
      }
    }
    found.sort(Comparator.comparingLong(Span::startEpochNanos).reversed());
    return whole(found, limit);
  }

  private List<Collection<Span>> whole(List<Span> chosenSpans, int limit) {
    Set<TraceId> chosen = new LinkedHashSet<>();
    for (Span span : chosenSpans) {
      if (chosen.size() == limit) {
        break;
      }
      chosen.add(span.traceId());
    }
    List<Collection<Span>> whole = new ArrayList<>();
    chosen.forEach(id -> whole.add(List.copyOf(traces.getOrDefault(id, Map.of()).values())));
    return whole;
  }

  static List<TraceSummary> newestFirst(List<Collection<Span>> traces) {
    return traces.stream()
        .map(RecentSpans::summary)
        .sorted(Comparator.comparing(TraceSummary::start).reversed())
        .toList();
  }

  /** A trace at a glance: it is called what its first span is. */
  static TraceSummary summary(Collection<Span> spans) {
    Span first =
        spans.stream()
            .min(
                Comparator.comparing((Span s) -> s.parentId().isValid())
                    .thenComparingLong(Span::startEpochNanos))
            .orElseThrow();
    long start = spans.stream().mapToLong(Span::startEpochNanos).min().orElseThrow();
    long end = spans.stream().mapToLong(Span::endEpochNanos).max().orElseThrow();
    return new TraceSummary(
        first.traceId(),
        SpanFacts.service(first.resource()),
        first.name(),
        Times.instant(start),
        Duration.ofNanos(end - start),
        spans.size(),
        spans.stream().anyMatch(s -> s.status() == Span.Status.ERROR));
  }
}

package dev.headroom.apm.analysis;

import dev.headroom.apm.Analyses.EndpointAnalysis;
import dev.headroom.apm.Analyses.Part;
import dev.headroom.apm.Analyses.PartKind;
import dev.headroom.apm.Analyses.SlowRequest;
import dev.headroom.apm.Endpoint;
import dev.headroom.signals.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whole requests, explained by their traces. */
public final class TraceReport {
  private static final int MOST_SAMPLES = 5;

  private TraceReport() {}

  /** One request. */
  public static SlowRequest request(Collection<Span> spans) {
    TraceTree trace = TraceTree.of(spans);
    Statements statements = new Statements(new Call.Reader());
    statements.add(trace);
    CriticalPath.Parts parts = new CriticalPath.Parts();
    parts.add(trace);
    Span root = trace.root();
    return new SlowRequest(
        root.traceId(),
        trace.entry(),
        SpanFacts.status(root),
        Instant.ofEpochSecond(0, root.startEpochNanos()),
        Duration.ofNanos(root.durationNanos()),
        SpanFacts.isError(root),
        statements.list(),
        parts.list());
  }

  /** Requests of one endpoint together; empty when none of the traces is one. */
  public static Optional<EndpointAnalysis> endpoint(
      Endpoint endpoint, Iterable<? extends Collection<Span>> traces) {
    Statements statements = new Statements(new Call.Reader());
    CriticalPath.Parts parts = new CriticalPath.Parts();
    List<TraceTree> found = new ArrayList<>();
    boolean explained = false;
    for (Collection<Span> spans : traces) {
      explained |= isExplained(spans);
    }
    for (Collection<Span> spans : traces) {
      TraceTree trace = TraceTree.of(spans);
      // A request that only the gateway tells of would make the gateway look slow.
      if (trace.asks(endpoint) && (!explained || isExplained(spans))) {
        found.add(trace);
        statements.add(trace);
        parts.add(trace);
      }
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    found.sort(Comparator.comparingLong((TraceTree t) -> t.root().durationNanos()).reversed());
    List<Part> list = parts.list();
    return Optional.of(
        new EndpointAnalysis(
            endpoint,
            found.size(),
            parts.meanSeconds(),
            statements.list(),
            list,
            bottleneck(list),
            found.stream().limit(MOST_SAMPLES).map(TraceTree::traceId).toList()));
  }

  /* What takes most; a service's own code between its spans is no part that could be named. */
  private static Optional<Part> bottleneck(List<Part> parts) {
    return parts.stream()
        .findFirst()
        .filter(p -> p.kind() != PartKind.SERVICE || p.name().contains(": "));
  }

  /** Whether more is known of a request than that it came in. */
  public static boolean isExplained(Collection<Span> spans) {
    return spans.size() > 1;
  }

  /** Whether a request is one to this service and route, wherever in the trace it is named so. */
  public static boolean matches(
      Collection<Span> spans, Optional<String> service, Optional<String> route) {
    return spans.stream()
        .filter(SpanFacts::isEntry)
        .map(SpanFacts::endpoint)
        .anyMatch(
            e ->
                service.filter(s -> !s.equals(e.service())).isEmpty()
                    && route.filter(r -> !r.equals(e.route())).isEmpty());
  }
}

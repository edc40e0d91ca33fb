package dev.headroom.apm.analysis;

import dev.headroom.apm.Endpoint;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One trace as a tree. Spans whose parent is not there are roots beside the first one; the same
 * span sent twice counts once; clocks of hosts that differ are corrected; a parent that comes round
 * to itself is cut.
 */
public final class TraceTree {
  private final Map<SpanId, Span> byId = new LinkedHashMap<>();
  private final Map<SpanId, List<Span>> children = new HashMap<>();
  private final List<Span> roots = new ArrayList<>();
  private final List<Span> depthFirst = new ArrayList<>();

  private TraceTree() {}

  /** A trace needs a span. */
  public static TraceTree of(Collection<Span> spans) {
    if (spans.isEmpty()) {
      throw new IllegalArgumentException("spans: none (expected: those of a trace)");
    }
    TraceTree tree = new TraceTree();
    ClockSkew.correct(spans).stream()
        .sorted(
            Comparator.comparingLong(Span::startEpochNanos)
                .thenComparing(Comparator.comparingLong(Span::endEpochNanos).reversed()))
        .forEach(span -> tree.byId.putIfAbsent(span.spanId(), span));
    for (Span span : tree.byId.values()) {
      if (tree.byId.containsKey(span.parentId()) && !span.parentId().equals(span.spanId())) {
        tree.children.computeIfAbsent(span.parentId(), p -> new ArrayList<>()).add(span);
      } else {
        tree.roots.add(span);
      }
    }
    tree.walk();
    return tree;
  }

  private void walk() {
    // Without a root all spans are one circle: any of them is as good a beginning.
    if (roots.isEmpty()) {
      Span first = byId.values().iterator().next();
      children.values().forEach(list -> list.remove(first));
      roots.add(first);
    }
    roots.sort(
        Comparator.comparing((Span s) -> s.parentId().isValid())
            .thenComparingLong(Span::startEpochNanos));
    Deque<Span> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      Span span = open.removeFirst();
      depthFirst.add(span);
      children(span).reversed().forEach(open::addFirst);
    }
  }

  TraceId traceId() {
    return root().traceId();
  }

  /** Where it begins: the span without a parent, or the earliest whose parent is not there. */
  Span root() {
    return roots.getFirst();
  }

  List<Span> depthFirst() {
    return depthFirst;
  }

  /** In the order of their start. */
  List<Span> children(Span span) {
    return children.getOrDefault(span.spanId(), List.of());
  }

  Optional<Span> parent(Span span) {
    return Optional.ofNullable(byId.get(span.parentId()));
  }

  /** The same request as it came in from outside. */
  Endpoint entry() {
    return SpanFacts.endpoint(root());
  }

  /** What the service that made {@code span} was asked, by its nearest server span. */
  Endpoint endpoint(Span span) {
    Span at = span;
    for (int depth = 0; depth < byId.size(); depth++) {
      if (at.kind() == Span.Kind.SERVER || at.kind() == Span.Kind.CONSUMER) {
        return SpanFacts.endpoint(at);
      }
      Optional<Span> up = parent(at);
      if (up.isEmpty()) {
        break;
      }
      at = up.get();
    }
    return SpanFacts.endpoint(at);
  }

  /** Whether a trace is a request to {@code endpoint}, at its entry or in a service behind it. */
  boolean asks(Endpoint endpoint) {
    return depthFirst.stream()
        .anyMatch(s -> SpanFacts.isEntry(s) && SpanFacts.endpoint(s).equals(endpoint));
  }
}

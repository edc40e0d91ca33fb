package dev.headroom.apm.analysis;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
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
 * Puts the spans of hosts whose clocks differ where they must have been. A call to another host
 * that seems to lie outside the span that made it is moved into its middle, as if the way there
 * took as long as the way back, and with it all that the host did under it. Where it seems possible
 * as it is, it stays.
 */
public final class ClockSkew {
  /** A greater difference is no clock that is a bit off: the spans are not what they seem. */
  static final long MOST_NANOS = 600_000_000_000L;

  private static final String[] HOST = {"host.id", "host.ip", "host.name", "k8s.node.name"};

  private final Map<SpanId, Span> byId = new LinkedHashMap<>();
  private final Map<SpanId, List<Span>> children = new HashMap<>();
  private final List<Span> corrected = new ArrayList<>();

  private ClockSkew() {}

  /** The same spans by their start. A span that was sent twice is there twice. */
  public static List<Span> correct(Collection<Span> spans) {
    List<Span> moved =
        spans.stream().map(s -> host(s.resource())).distinct().limit(2).count() < 2
            ? new ArrayList<>(spans)
            : new ClockSkew().corrected(spans);
    moved.sort(Comparator.comparingLong(Span::startEpochNanos));
    return moved;
  }

  private List<Span> corrected(Collection<Span> spans) {
    for (Span span : spans) {
      if (byId.putIfAbsent(span.spanId(), span) != null) {
        // Which of two is whose parent cannot be told.
        return new ArrayList<>(spans);
      }
    }
    Deque<Moved> open = new ArrayDeque<>();
    for (Span span : byId.values()) {
      if (byId.containsKey(span.parentId())) {
        children.computeIfAbsent(span.parentId(), p -> new ArrayList<>()).add(span);
      } else {
        open.add(new Moved(span, span, 0));
      }
    }
    while (!open.isEmpty()) {
      Moved parent = open.removeFirst();
      corrected.add(parent.span);
      for (Span child : children.getOrDefault(parent.span.spanId(), List.of())) {
        long by = sameHost(parent.original, child) ? parent.by : skew(parent.span, child);
        open.add(new Moved(moved(child, by), child, by));
      }
    }
    // Spans that are each other's parents hang on no root.
    return corrected.size() == byId.size() ? corrected : new ArrayList<>(spans);
  }

  private record Moved(Span span, Span original, long by) {}

  private static boolean sameHost(Span parent, Span child) {
    Optional<String> one = host(parent.resource());
    Optional<String> other = host(child.resource());
    return one.isEmpty() || other.isEmpty() || one.equals(other);
  }

  private static Optional<String> host(Attributes resource) {
    for (String key : HOST) {
      Optional<String> host = resource.text(key);
      if (host.isPresent()) {
        return host;
      }
    }
    return Optional.empty();
  }

  /* By how much a span must be later, or earlier when negative. */
  private static long skew(Span parent, Span child) {
    boolean early = child.startEpochNanos() < parent.startEpochNanos();
    boolean late = child.endEpochNanos() > parent.endEpochNanos();
    boolean waitsFor = child.kind() != Span.Kind.CONSUMER && parent.kind() != Span.Kind.PRODUCER;
    long by;
    if (!waitsFor || child.durationNanos() > parent.durationNanos()) {
      // Nobody waits for its end, so it may come later.
      by = early ? parent.startEpochNanos() - child.startEpochNanos() : 0;
    } else if (early || late) {
      long there = (parent.durationNanos() - child.durationNanos()) / 2;
      by = parent.startEpochNanos() + there - child.startEpochNanos();
    } else {
      by = 0;
    }
    return Math.abs(by) > MOST_NANOS ? 0 : by;
  }

  private static Span moved(Span span, long by) {
    if (by == 0) {
      return span;
    }
    return new Span(
        span.traceId(),
        span.spanId(),
        span.parentId(),
        span.name(),
        span.kind(),
        span.startEpochNanos() + by,
        span.endEpochNanos() + by,
        span.status(),
        span.statusMessage(),
        span.attributes(),
        span.events().stream()
            .map(e -> new Span.Event(e.name(), e.epochNanos() + by, e.attributes()))
            .toList(),
        span.resource(),
        span.scope());
  }
}

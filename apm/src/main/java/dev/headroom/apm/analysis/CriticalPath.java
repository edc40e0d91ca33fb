package dev.headroom.apm.analysis;

import dev.headroom.apm.Analyses.Part;
import dev.headroom.apm.Analyses.PartKind;
import dev.headroom.signals.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the time of a request goes. Every instant of the root's duration belongs to exactly one
 * span.
 */
public final class CriticalPath {
  /*
   * From the end backwards: the span that ends last before the instant looked at is what was waited
   * for; what lies between it and the instant is its parent's own time; then the same within it,
   * and on from its start. A span that still runs when another, later one starts is counted up to
   * that start, so that overlapping calls share their time instead of counting it twice.
   */
  private static final int DEEPEST = 200;
  private static final Comparator<Span> LAST_FIRST =
      Comparator.comparingLong(Span::endEpochNanos).reversed();

  private final TraceTree trace;
  private final Map<Span, Long> nanos = new LinkedHashMap<>();

  private CriticalPath(TraceTree trace) {
    this.trace = trace;
  }

  /** Nanoseconds of the root's duration that each span on the path accounts for. */
  static Map<Span, Long> of(TraceTree trace) {
    CriticalPath path = new CriticalPath(trace);
    Span root = trace.root();
    path.walk(root, root.startEpochNanos(), root.endEpochNanos(), 0);
    return path.nanos;
  }

  private void walk(Span span, long from, long to, int depth) {
    long at = to;
    long own = 0;
    if (depth < DEEPEST) {
      for (Span child : trace.children(span).stream().sorted(LAST_FIRST).toList()) {
        long start = Math.max(child.startEpochNanos(), from);
        long end = Math.min(child.endEpochNanos(), at);
        if (end > start) {
          own += at - end;
          walk(child, start, end, depth + 1);
          at = start;
        }
      }
    }
    own += Math.max(0, at - from);
    if (own > 0) {
      nanos.merge(span, own, Long::sum);
    }
  }

  /** The path by kinds of work, over one trace or many. Not thread-safe. */
  static final class Parts {
    private final Map<Key, Sum> sums = new LinkedHashMap<>();
    private int traces;
    private double seconds;

    void add(TraceTree trace) {
      traces++;
      seconds += trace.root().durationNanos() / 1e9;
      for (Span span : trace.depthFirst()) {
        boolean again =
            SpanFacts.isRouter(span)
                && trace.parent(span).flatMap(SpanFacts::databaseSystem).isPresent();
        if (!again) {
          sum(key(trace, span)).calls++;
        }
      }
      of(trace)
          .forEach(
              (span, nanos) -> {
                double own = nanos / 1e9;
                double queued =
                    SpanFacts.isRouter(span) && span.durationNanos() > 0
                        ? own * Math.min(1, queueSeconds(span) * 1e9 / span.durationNanos())
                        : 0;
                if (queued > 0) {
                  Sum queue = sum(new Key("connection pool", PartKind.QUEUE));
                  queue.calls++;
                  queue.seconds += queued;
                }
                sum(key(trace, span)).seconds += own - queued;
              });
    }

    private Sum sum(Key key) {
      return sums.computeIfAbsent(key, k -> new Sum());
    }

    int traces() {
      return traces;
    }

    double meanSeconds() {
      return traces == 0 ? 0 : seconds / traces;
    }

    List<Part> list() {
      List<Part> parts = new ArrayList<>();
      sums.forEach(
          (key, sum) ->
              parts.add(
                  new Part(
                      key.name,
                      key.kind,
                      (double) sum.calls / traces,
                      sum.seconds / traces,
                      seconds == 0 ? 0 : sum.seconds / seconds)));
      parts.sort(Comparator.comparingDouble(Part::seconds).reversed());
      return parts;
    }

    private static Key key(TraceTree trace, Span span) {
      String service = SpanFacts.service(span.resource());
      var peer = SpanFacts.peer(span);
      if (peer.isEmpty()) {
        return new Key(
            span.kind() == Span.Kind.INTERNAL ? service + ": " + span.name() : service,
            PartKind.SERVICE);
      }
      return switch (peer.get().kind()) {
        // All members of a database are one part.
        case DATABASE, CACHE ->
            new Key(SpanFacts.databaseSystem(span).orElse("database"), peer.get().kind());
        case QUEUE -> new Key(peer.get().name(), PartKind.QUEUE);
        case SERVICE, EXTERNAL ->
            trace.children(span).stream()
                .map(child -> SpanFacts.service(child.resource()))
                .filter(other -> !other.equals(service))
                .findFirst()
                .map(other -> new Key(other, PartKind.SERVICE))
                .orElse(new Key(peer.get().name(), PartKind.EXTERNAL));
      };
    }

    private record Key(String name, PartKind kind) {}

    private static final class Sum {
      long calls;
      double seconds;
    }
  }

  /** How long a statement waited for a connection, where the router tells. */
  static double queueSeconds(Span span) {
    return span.attributes().get("headroom.router.queue_seconds") instanceof Double seconds
        ? seconds
        : 0;
  }
}

package dev.headroom.apm.analysis;

import dev.headroom.apm.Analyses.PartKind;
import dev.headroom.signals.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins spans into calls between services while they come in. Of one thread.
 *
 * <p>A span of one service under a span of another is a call; the latency is the caller's when the
 * caller made a client span, so that the way there counts. A client span under which nobody answers
 * within {@link #PATIENCE_NANOS} is a call to whatever it names: a database, a cache, a queue, a
 * host.
 */
public final class CallEdges {
  /** Both ends of a call are sent within this time: exporters wait for up to five seconds. */
  static final long PATIENCE_NANOS = 10_000_000_000L;

  private static final int MOST_WAITING = 50_000;

  private final Map<Key, Caller> callers = new LinkedHashMap<>();
  private final Map<Key, List<Callee>> callees = new HashMap<>();

  /** A call as it was measured. */
  public record Call(
      String from, String to, PartKind kind, boolean failed, long endEpochNanos, double seconds) {}

  /**
   * Takes a span.
   *
   * @param now any clock that does not go back, in nanoseconds
   */
  public void add(Span span, long now, Consumer<Call> found) {
    Key key = new Key(span.traceId().high(), span.traceId().low(), span.spanId().value());
    Caller caller = new Caller(span, now);
    // A sender that did not hear our answer sends again.
    if (callers.putIfAbsent(key, caller) != null) {
      return;
    }
    if (span.parentId().isValid()) {
      Key above = new Key(key.high, key.low, span.parentId().value());
      Callee callee = new Callee(span, now);
      Caller parent = callers.get(above);
      if (parent != null) {
        join(parent, callee, found);
      } else if (callee.answers) {
        callees.computeIfAbsent(above, k -> new ArrayList<>(1)).add(callee);
      }
    }
    List<Callee> early = callees.remove(key);
    if (early != null) {
      early.forEach(callee -> join(caller, callee, found));
    }
    while (callers.size() > MOST_WAITING) {
      expireFirst(found);
    }
  }

  private static void join(Caller caller, Callee callee, Consumer<Call> found) {
    if (caller.service.equals(callee.service)) {
      return;
    }
    caller.answered = true;
    boolean asksOut = caller.peer != null;
    found.accept(
        new Call(
            caller.service,
            callee.service,
            PartKind.SERVICE,
            caller.failed || callee.failed,
            asksOut ? caller.end : callee.end,
            asksOut ? caller.seconds : callee.seconds));
  }

  /** Gives up waiting for what is due. */
  public void expire(long now, Consumer<Call> found) {
    while (!callers.isEmpty()
        && now - callers.values().iterator().next().arrived >= PATIENCE_NANOS) {
      expireFirst(found);
    }
    callees.values().removeIf(waiting -> now - waiting.getFirst().arrived >= PATIENCE_NANOS);
  }

  private void expireFirst(Consumer<Call> found) {
    Iterator<Caller> first = callers.values().iterator();
    Caller caller = first.next();
    first.remove();
    SpanFacts.Peer peer = caller.peer;
    if (peer != null && !caller.answered) {
      found.accept(
          new Call(
              caller.service, peer.name(), peer.kind(), caller.failed, caller.end, caller.seconds));
    }
  }

  private record Key(long high, long low, long span) {}

  private static final class Caller {
    final String service;
    final SpanFacts.@Nullable Peer peer;
    final boolean failed;
    final long end;
    final double seconds;
    final long arrived;
    boolean answered;

    Caller(Span span, long arrived) {
      this.service = SpanFacts.service(span.resource());
      this.peer = SpanFacts.peer(span).orElse(null);
      this.failed = SpanFacts.isError(span);
      this.end = span.endEpochNanos();
      this.seconds = span.durationNanos() / 1e9;
      this.arrived = arrived;
    }
  }

  private static final class Callee {
    final String service;
    final boolean answers;
    final boolean failed;
    final long end;
    final double seconds;
    final long arrived;

    Callee(Span span, long arrived) {
      this.service = SpanFacts.service(span.resource());
      this.answers =
          span.kind() == Span.Kind.SERVER
              || span.kind() == Span.Kind.CONSUMER
              || SpanFacts.isRouter(span);
      this.failed = SpanFacts.isError(span);
      this.end = span.endEpochNanos();
      this.seconds = span.durationNanos() / 1e9;
      this.arrived = arrived;
    }
  }
}

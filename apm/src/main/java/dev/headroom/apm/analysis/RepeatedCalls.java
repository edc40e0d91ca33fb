package dev.headroom.apm.analysis;

import dev.headroom.apm.Analyses.Proof;
import dev.headroom.apm.Analyses.RepeatedCall;
import dev.headroom.apm.Analyses.RepeatedKind;
import dev.headroom.apm.Endpoint;
import dev.headroom.signals.Span;
import dev.headroom.signals.TraceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the calls that a request repeats: N+1 statements and requests, and repeated patterns. */
public final class RepeatedCalls {
  /*
   * Sentry's rule (src/sentry/issue_detection/detectors/n_plus_one_db_span_detector.py): five equal
   * statements under one parent, 50 ms in all. What is different here: statements are compared by
   * our own fingerprint, so literals and comments do not hide them; they need not follow each
   * other, so that pool spans, transactions and parallel execution do not hide them either; those
   * that each have a span of their own around them are looked at under the parent of those spans;
   * many fast ones count too, as a database is kept busy by their number. What failed is a retry;
   * what asks for many rows at once, or for a page, is a loop of another kind.
   */
  private static final int LEAST = 5;
  private static final double LEAST_SECONDS = 0.050;
  private static final int MANY = 10;
  private static final int LONGEST_PATTERN = 8;
  private static final int LEAST_PATTERNS = 3;
  private static final int HIGHEST_LIFT = 3;
  private static final double POLLING_GAP_NANOS = 100e6;
  private static final int MOST_SAMPLES = 5;

  private final Call.Reader reader = new Call.Reader();
  private final Map<Key, Sum> sums = new LinkedHashMap<>();

  private RepeatedCalls() {}

  /** What repeats in these traces, most time first. */
  public static List<RepeatedCall> in(Iterable<? extends Collection<Span>> traces, int limit) {
    RepeatedCalls calls = new RepeatedCalls();
    for (Collection<Span> trace : traces) {
      if (!trace.isEmpty()) {
        calls.add(TraceTree.of(trace));
      }
    }
    return calls.sums.entrySet().stream()
        .map(e -> e.getValue().toCall(e.getKey()))
        .sorted(
            Comparator.comparingDouble((RepeatedCall c) -> c.meanSeconds() * c.traces()).reversed())
        .limit(limit)
        .toList();
  }

  private void add(TraceTree trace) {
    Map<Span, List<Call>> byParent = new LinkedHashMap<>();
    for (Span span : trace.depthFirst()) {
      if (isTheRoutersView(trace, span)) {
        continue;
      }
      reader
          .read(span)
          .filter(RepeatedCalls::counts)
          .ifPresent(
              call ->
                  byParent.computeIfAbsent(scope(trace, span), s -> new ArrayList<>()).add(call));
    }
    byParent.forEach((parent, calls) -> look(trace, parent, calls));
  }

  private static boolean isTheRoutersView(TraceTree trace, Span span) {
    return SpanFacts.isRouter(span)
        && trace.parent(span).flatMap(SpanFacts::databaseSystem).isPresent();
  }

  private static boolean counts(Call call) {
    return switch (call.kind()) {
      case CACHE -> false;
      case HTTP -> !SpanFacts.isError(call.span());
      case STATEMENT -> !SpanFacts.isError(call.span()) && Repeatable.is(call);
    };
  }

  /* Where the loop is: above spans that wrap one call each and look alike. */
  private static Span scope(TraceTree trace, Span call) {
    Span scope = trace.parent(call).orElse(call);
    Span wrapper = scope;
    for (int lift = 0; lift < HIGHEST_LIFT && wrapper.kind() == Span.Kind.INTERNAL; lift++) {
      String name = wrapper.name();
      var above = trace.parent(wrapper);
      if (above.isEmpty()) {
        break;
      }
      long alike = trace.children(above.get()).stream().filter(s -> s.name().equals(name)).count();
      if (alike >= LEAST_PATTERNS) {
        scope = above.get();
      }
      wrapper = above.get();
    }
    return scope;
  }

  private void look(TraceTree trace, Span parent, List<Call> calls) {
    Map<String, List<Call>> alike = new LinkedHashMap<>();
    calls.forEach(c -> alike.computeIfAbsent(c.fingerprint(), f -> new ArrayList<>()).add(c));
    Set<String> found = new HashSet<>();
    alike.forEach(
        (fingerprint, group) -> {
          if (repeats(group)) {
            found.add(fingerprint);
            RepeatedKind kind =
                group.getFirst().kind() == Call.Kind.HTTP
                    ? RepeatedKind.HTTP
                    : RepeatedKind.N_PLUS_ONE;
            add(trace, parent, kind, fingerprint, group.getFirst().text(), group);
          }
        });
    if (found.isEmpty()) {
      pattern(trace, parent, calls);
    }
  }

  private static boolean repeats(List<Call> group) {
    double seconds = group.stream().mapToDouble(Call::seconds).sum();
    return group.size() >= LEAST
        && (seconds >= LEAST_SECONDS || group.size() >= MANY)
        && !(proof(group) == Proof.EQUAL && isPolling(group));
  }

  /* The same question again and again, with pauses: somebody waits for a change. */
  private static boolean isPolling(List<Call> group) {
    List<Call> ordered = ordered(group);
    for (int i = 1; i < ordered.size(); i++) {
      long gap =
          ordered.get(i).span().startEpochNanos() - ordered.get(i - 1).span().endEpochNanos();
      if (gap < POLLING_GAP_NANOS) {
        return false;
      }
    }
    return true;
  }

  private static List<Call> ordered(List<Call> calls) {
    return calls.stream()
        .sorted(Comparator.comparingLong(c -> c.span().startEpochNanos()))
        .toList();
  }

  /* Parameters are known when the text still has them, or attributes tell them. */
  private static Proof proof(List<Call> group) {
    Set<String> raw = new HashSet<>();
    boolean known = false;
    for (Call call : group) {
      raw.add(call.raw());
      known |= !call.raw().isEmpty() && Repeatable.showsParameters(call);
    }
    if (!known) {
      return Proof.UNKNOWN;
    }
    return raw.size() > 1 ? Proof.DIFFERENT : Proof.EQUAL;
  }

  private void pattern(TraceTree trace, Span parent, List<Call> unordered) {
    List<Call> calls = ordered(unordered);
    for (int length = 2; length <= LONGEST_PATTERN; length++) {
      for (int start = 0; start + length * LEAST_PATTERNS <= calls.size(); start++) {
        int times = times(calls, start, length);
        List<Call> first = calls.subList(start, start + length);
        List<Call> all = calls.subList(start, start + length * times);
        if (times >= LEAST_PATTERNS
            && first.stream().map(Call::fingerprint).distinct().count() > 1
            && first.stream().anyMatch(c -> c.kind() == Call.Kind.STATEMENT)
            && all.stream().mapToDouble(Call::seconds).sum() >= LEAST_SECONDS) {
          String text = String.join("\n", first.stream().map(Call::text).toList());
          String fingerprint =
              ErrorFingerprint.hex(
                  ErrorFingerprint.hash(
                      String.join("\n", first.stream().map(Call::fingerprint).toList())));
          add(trace, parent, RepeatedKind.PATTERN, fingerprint, text, all);
          return;
        }
      }
    }
  }

  private static int times(List<Call> calls, int start, int length) {
    int at = start + length;
    while (at + length <= calls.size() && same(calls, start, at, length)) {
      at += length;
    }
    return (at - start) / length;
  }

  private static boolean same(List<Call> calls, int a, int b, int length) {
    for (int i = 0; i < length; i++) {
      if (!calls.get(a + i).fingerprint().equals(calls.get(b + i).fingerprint())) {
        return false;
      }
    }
    return true;
  }

  private void add(
      TraceTree trace,
      Span parent,
      RepeatedKind kind,
      String fingerprint,
      String text,
      List<Call> calls) {
    sums.computeIfAbsent(
            new Key(kind, trace.endpoint(parent), parent.name(), fingerprint),
            k -> new Sum(trace.entry(), text))
        .add(trace, calls);
  }

  private record Key(RepeatedKind kind, Endpoint endpoint, String parent, String fingerprint) {}

  private static final class Sum {
    private final Endpoint entry;
    private final String text;
    private final Map<TraceId, Long> traces = new HashMap<>();
    private final Map<Proof, Integer> proofs = new HashMap<>();
    private long calls;
    private int most;
    private double seconds;

    Sum(Endpoint entry, String text) {
      this.entry = entry;
      this.text = text;
    }

    void add(TraceTree trace, List<Call> group) {
      traces.put(trace.traceId(), trace.root().startEpochNanos());
      proofs.merge(proof(group), 1, Integer::sum);
      calls += group.size();
      most = Math.max(most, group.size());
      seconds += group.stream().mapToDouble(Call::seconds).sum();
    }

    RepeatedCall toCall(Key key) {
      Proof proof =
          proofs.containsKey(Proof.DIFFERENT)
              ? Proof.DIFFERENT
              : proofs.containsKey(Proof.UNKNOWN) ? Proof.UNKNOWN : Proof.EQUAL;
      return new RepeatedCall(
          key.kind,
          key.endpoint,
          entry,
          key.parent,
          key.fingerprint,
          text,
          traces.size(),
          (double) calls / traces.size(),
          most,
          seconds / traces.size(),
          proof,
          traces.entrySet().stream()
              .sorted(Map.Entry.<TraceId, Long>comparingByValue().reversed())
              .limit(MOST_SAMPLES)
              .map(Map.Entry::getKey)
              .toList());
    }
  }
}

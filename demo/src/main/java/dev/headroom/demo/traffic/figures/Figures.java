package dev.headroom.demo.traffic.figures;

import dev.headroom.demo.traffic.load.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Everything that a run counts. Thread-safe. */
public final class Figures {
  private static final int SAMPLES = 50;

  private final Map<Endpoint, Tally> endpoints = new EnumMap<>(Endpoint.class);
  // Two windows of different length over the same requests: the live line's and the time line's.
  private final Tally live = new Tally();
  private final Tally stretch = new Tally();
  private final List<Report.OfTime> timeline = new ArrayList<>();
  private final Map<String, LongAdder> replicas = new ConcurrentHashMap<>();
  // How often each was seen, in the order of their first time.
  private final Map<String, Integer> samples = new LinkedHashMap<>();
  private final LongAdder overload = new LongAdder();
  private final LongAdder stale = new LongAdder();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder socketMessages = new LongAdder();
  private volatile Live last = new Live(0, 0, 0, 0, 0, 0, 0);

  public Figures() {
    for (Endpoint endpoint : Endpoint.ALL) {
      endpoints.put(endpoint, new Tally());
    }
  }

  private Tally tally(Endpoint endpoint) {
    return Objects.requireNonNull(endpoints.get(endpoint));
  }

  /** A request ended {@code nanos} after it was due. */
  public void ended(Endpoint endpoint, Outcome outcome, long nanos) {
    tally(endpoint).add(outcome, nanos);
    live.add(outcome, nanos);
    stretch.add(outcome, nanos);
  }

  /** An arrival found too many requests outstanding. */
  public void overloaded(Endpoint endpoint) {
    overload.increment();
    tally(endpoint).addUnsent();
    live.addUnsent();
    stretch.addUnsent();
  }

  /** An answer with a good status, already counted by {@link #ended}, made no sense. */
  public void unreadable(Endpoint endpoint, IOException why) {
    tally(endpoint).spoil();
    live.spoil();
    stretch.spoil();
    sample(endpoint.label() + ": " + why.toString().lines().findFirst().orElse(""));
  }

  public void answeredBy(String replica) {
    if (!replica.isEmpty()) {
      replicas.computeIfAbsent(replica, _ -> new LongAdder()).increment();
    }
  }

  public void acknowledged() {
    acknowledged.increment();
  }

  public void stale(String what) {
    stale.increment();
    sample("stale: " + what);
  }

  public void socketMessage() {
    socketMessages.increment();
  }

  /** Keeps a failure in words; only the first few different ones of a run. */
  public void sample(String what) {
    synchronized (samples) {
      if (samples.size() < SAMPLES || samples.containsKey(what)) {
        samples.merge(what, 1, Integer::sum);
      }
    }
  }

  public long staleReads() {
    return stale.sum();
  }

  /** Closes the window of the live line, which was {@code seconds} long. */
  public Live tickLive(double seconds) {
    Tally.Totals totals = live.take();
    last =
        new Live(
            rounded(totals.count() / seconds),
            rounded(totals.p50Ms()),
            rounded(totals.p95Ms()),
            rounded(totals.p99Ms()),
            totals.errors(),
            totals.limited(),
            totals.unexpected4xx());
    return last;
  }

  /** The window that {@link #tickLive} closed last. */
  public Live live() {
    return last;
  }

  /** Closes a stretch of the time line, which was {@code seconds} long and ended at {@code t}. */
  public void tickTimeline(double t, double seconds, double users, long inFlight) {
    Tally.Totals totals = stretch.take();
    Report.OfTime point =
        new Report.OfTime(
            rounded(t),
            rounded(users),
            rounded(totals.count() / seconds),
            rounded(totals.p50Ms()),
            rounded(totals.p95Ms()),
            rounded(totals.p99Ms()),
            totals.errors(),
            totals.limited(),
            inFlight);
    synchronized (timeline) {
      timeline.add(point);
    }
  }

  /** All so far, with what only the run knows. */
  public Report report(Run run) {
    List<Report.OfEndpoint> rows = new ArrayList<>();
    long requests = 0;
    long errors = 0;
    long limited = 0;
    long unexpected = 0;
    for (Endpoint endpoint : Endpoint.ALL) {
      Tally.Totals totals = tally(endpoint).totals();
      requests += totals.count();
      errors += totals.errors();
      limited += totals.limited();
      unexpected += totals.unexpected4xx();
      rows.add(
          new Report.OfEndpoint(
              endpoint.label(),
              totals.count(),
              totals.errors(),
              totals.limited(),
              totals.unexpected4xx(),
              rounded(totals.p50Ms()),
              rounded(totals.p95Ms()),
              rounded(totals.p99Ms()),
              rounded(totals.maxMs()),
              rounded(totals.meanMs())));
    }
    boolean verified = run.verified().isPresent();
    Verified verification = run.verified().orElse(new Verified(0, 0, 0));
    return new Report(
        run.startedAt().toString(),
        rounded(run.seconds()),
        run.users(),
        run.seed(),
        requests,
        errors,
        limited,
        unexpected,
        overload.sum(),
        run.unfinished(),
        stale.sum(),
        acknowledged.sum(),
        verification.asked(),
        verification.unanswered(),
        verified ? verification.lost() : null,
        socketMessages.sum(),
        requests == 0 ? 0 : rounded(run.cpu().toNanos() / 1e3 / requests),
        rows,
        timeline(),
        replicas(),
        samples());
  }

  private List<Report.OfTime> timeline() {
    synchronized (timeline) {
      return List.copyOf(timeline);
    }
  }

  private List<String> samples() {
    synchronized (samples) {
      return samples.entrySet().stream()
          .map(e -> e.getValue() == 1 ? e.getKey() : e.getKey() + " (" + e.getValue() + " times)")
          .toList();
    }
  }

  private List<Report.OfReplica> replicas() {
    return replicas.entrySet().stream()
        .map(e -> new Report.OfReplica(e.getKey(), e.getValue().sum()))
        .sorted(Comparator.comparing(Report.OfReplica::id))
        .toList();
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}

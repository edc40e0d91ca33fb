package dev.headroom.router;

import dev.headroom.base.TimeSource;
import dev.headroom.router.cluster.Cluster;
import dev.headroom.router.cluster.ClusterView;
import dev.headroom.router.cluster.MemberState;
import dev.headroom.router.session.QueryReport;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.MetricCells;
import dev.headroom.signals.QuerySample;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.TraceContext;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Measures what the router does and hands it on every five seconds. Thread-safe. */
final class RouterTelemetry implements QueryReport {
  private static final int MAX_SERIES = 4000;
  private static final int MAX_SPANS = 10_000;
  private static final int MAX_SEEN = 10_000;
  private static final long TELL_AGAIN = Duration.ofMinutes(5).toNanos();
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom-router");

  private final TimeSource time;
  private final TelemetryConsumer consumer;
  private final QueryListener listener;
  private final RandomGenerator random;
  private final MetricCells cells;
  private final ConcurrentHashMap<Long, Long> toldAt = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();
  private final AtomicInteger spanCount = new AtomicInteger();
  private String lastPrimary = "";

  RouterTelemetry(
      TimeSource time, TelemetryConsumer consumer, QueryListener listener, RandomGenerator random) {
    this.time = time;
    this.consumer = consumer;
    this.listener = listener;
    this.random = random;
    this.cells = new MetricCells(time, RESOURCE, MAX_SERIES);
  }

  @Override
  public void queued(long nanos) {
    cells.record(Vocabulary.QUEUE_DURATION, "s", Attributes.empty(), nanos / 1e9);
  }

  @Override
  public void answered(Answered answered) {
    StatementAnalysis subject = answered.subject();
    String id = subject.fingerprint().id();
    cells.record(
        Vocabulary.QUERY_DURATION,
        "s",
        Attributes.of(
            Vocabulary.QUERY,
            id,
            Vocabulary.MEMBER,
            answered.member(),
            Vocabulary.ROLE,
            answered.role()),
        answered.durationNanos() / 1e9);
    cells.add(
        Vocabulary.ROUTED,
        "{query}",
        Attributes.of(Vocabulary.ROLE, answered.role(), Vocabulary.REASON, answered.reason()),
        1);
    Attributes holder = Attributes.of(Vocabulary.MEMBER, answered.member());
    cells.add(
        Vocabulary.CONNECTION_TIME,
        "s",
        answered.tags().route().map(route -> holder.with(Vocabulary.ROUTE, route)).orElse(holder),
        answered.heldNanos() / 1e9);
    introduce(subject, id);
    answered.tags().trace().filter(TraceContext::sampled).ifPresent(trace -> span(answered, trace));
    listener.sampled(
        new QuerySample(
            answered.startedEpochNanos(),
            subject.fingerprint().hash(),
            subject.fingerprint().text(),
            answered.member(),
            answered.role(),
            answered.reason(),
            answered.queueNanos(),
            answered.durationNanos(),
            answered.heldNanos(),
            answered.rows(),
            answered.bytes(),
            answered.sqlState(),
            answered.tags().trace(),
            answered.tags().route(),
            answered.session(),
            answered.transaction(),
            answered.call()));
  }

  private void introduce(StatementAnalysis subject, String id) {
    long now = time.nanoTime();
    long fingerprint = subject.fingerprint().hash();
    Long told = toldAt.get(fingerprint);
    if (told != null && now - told < TELL_AGAIN) {
      return;
    }
    if (told == null && toldAt.size() >= MAX_SEEN) {
      return;
    }
    toldAt.put(fingerprint, now);
    consumer.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                LogRecord.INFO,
                Vocabulary.EVENT_QUERY,
                "query seen",
                Attributes.of(
                    Vocabulary.QUERY, id, Vocabulary.QUERY_TEXT, subject.fingerprint().text()))));
  }

  private void span(Answered answered, TraceContext trace) {
    if (spanCount.incrementAndGet() > MAX_SPANS) {
      spanCount.decrementAndGet();
      return;
    }
    String text = answered.subject().fingerprint().text();
    boolean failed = !answered.sqlState().isEmpty();
    Attributes attributes =
        Attributes.of(
            "db.system.name",
            "postgresql",
            Vocabulary.QUERY_TEXT,
            text,
            Vocabulary.QUERY,
            answered.subject().fingerprint().id(),
            Vocabulary.MEMBER,
            answered.member(),
            Vocabulary.ROLE,
            answered.role(),
            Vocabulary.REASON,
            answered.reason(),
            "db.response.returned_rows",
            answered.rows(),
            "headroom.router.queue_seconds",
            answered.queueNanos() / 1e9,
            "headroom.router.held_seconds",
            answered.heldNanos() / 1e9);
    spans.add(
        new Span(
            trace.traceId(),
            new SpanId(random.nextLong() | 1),
            trace.spanId(),
            summary(text),
            Span.Kind.CLIENT,
            answered.startedEpochNanos(),
            answered.startedEpochNanos() + answered.queueNanos() + answered.durationNanos(),
            failed ? Span.Status.ERROR : Span.Status.UNSET,
            failed ? "SQLSTATE " + answered.sqlState() : "",
            failed ? attributes.with("db.response.status_code", answered.sqlState()) : attributes,
            List.of(),
            RESOURCE,
            "headroom.router"));
  }

  /* The first words, which have the verb and mostly the relation. */
  private static String summary(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60);
  }

  void primaryChanged(ClusterView before, ClusterView after) {
    String primary = after.primary().map(Member::name).orElse("");
    LogRecord event;
    synchronized (this) {
      if (primary.isEmpty() || primary.equals(lastPrimary)) {
        return;
      }
      String previous = lastPrimary;
      lastPrimary = primary;
      if (previous.isEmpty()) {
        return;
      }
      event =
          LogRecord.event(
              time.epochNanos(),
              LogRecord.WARN,
              Vocabulary.EVENT_FAILOVER,
              "writes go to "
                  + primary
                  + " on timeline "
                  + after.timeline()
                  + ", no longer to "
                  + previous,
              Attributes.of(
                  Vocabulary.MEMBER, primary, "headroom.from", previous, "headroom.to", primary));
    }
    consumer.accept(Telemetry.event(event));
  }

  /** Ends the cell. */
  void flush(Cluster cluster, int clients, List<PoolFigures> pools) {
    List<Metric> metrics = new ArrayList<>(cells.drain());
    long now = time.epochNanos();
    metrics.add(gauge(Vocabulary.ROUTER_CLIENTS, "{connection}", Attributes.empty(), now, clients));
    for (PoolFigures pool : pools) {
      Attributes member = Attributes.of(Vocabulary.MEMBER, pool.member());
      metrics.add(gauge(Vocabulary.ROUTER_POOL_LIMIT, "{connection}", member, now, pool.limit()));
      metrics.add(gauge(Vocabulary.ROUTER_WAITING, "{client}", member, now, pool.waiting()));
      metrics.add(
          gauge(
              Vocabulary.ROUTER_SERVERS,
              "{connection}",
              member.with(Vocabulary.STATE, "idle"),
              now,
              pool.idle()));
      metrics.add(
          gauge(
              Vocabulary.ROUTER_SERVERS,
              "{connection}",
              member.with(Vocabulary.STATE, "active"),
              now,
              pool.active()));
    }
    for (MemberState.Of of : cluster.states()) {
      member(metrics, cluster, of, now);
    }
    List<Span> finished = new ArrayList<>();
    for (Span span = spans.poll(); span != null; span = spans.poll()) {
      finished.add(span);
      spanCount.decrementAndGet();
    }
    consumer.accept(new Telemetry(finished, metrics, List.of()));
  }

  private void member(List<Metric> metrics, Cluster cluster, MemberState.Of of, long now) {
    Member member = of.member();
    Attributes series = Attributes.of(Vocabulary.MEMBER, member.name());
    Optional<Member> primary = cluster.view().primary();
    String role;
    String state;
    switch (of.state()) {
      case MemberState.Away away -> {
        role = "replica";
        state = "down";
      }
      case MemberState.Writable writable -> {
        role = "primary";
        state = primary.equals(Optional.of(member)) ? "up" : "down";
      }
      case MemberState.Replaying replaying -> {
        role = "replica";
        long behind = cluster.bytesBehind(replaying);
        double seconds = behind > 0 ? replaying.secondsBehind() : 0;
        metrics.add(gauge(Vocabulary.REPLAY_LAG_BYTES, "By", series, now, (double) behind));
        metrics.add(gauge(Vocabulary.REPLAY_LAG_SECONDS, "s", series, now, seconds));
        state = seconds > 1 ? "lagging" : "up";
      }
    }
    metrics.add(
        gauge(
            Vocabulary.DB_MEMBER,
            "1",
            Attributes.of(
                Vocabulary.MEMBER,
                member.name(),
                Vocabulary.ROLE,
                role,
                Vocabulary.STATE,
                state,
                "server.address",
                member.address().getHostString(),
                "server.port",
                member.address().getPort()),
            now,
            1));
  }

  private static Metric.Gauge gauge(
      String name, String unit, Attributes attributes, long now, double value) {
    return new Metric.Gauge(name, unit, attributes, RESOURCE, now, now, value);
  }
}

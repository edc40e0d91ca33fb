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
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Measures what the router does and hands it on every five seconds. Thread-safe. */
final class RouterTelemetry implements QueryReport {
  private static final Logger LOG = System.getLogger(RouterTelemetry.class.getName());
  private static final int MAX_SERIES = 4000;
  private static final int MAX_SPANS = 10_000;
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom-router");

  private record Way(String role, String reason) {}

  private final TimeSource time;
  private final TelemetryConsumer consumer;
  private final QueryListener listener;
  private final RandomGenerator random;
  private final MetricCells cells;
  private final SlowStatements slow;
  private final ConcurrentHashMap<Long, QueryStats> stats = new ConcurrentHashMap<>();
  /* Of statements beyond those that are told apart. */
  private final QueryStats others = new QueryStats("", "(others)");
  private final ConcurrentHashMap<Way, Attributes> routes = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Attributes> holders = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();
  private final AtomicInteger spanCount = new AtomicInteger();
  private String lastPrimary = "";

  RouterTelemetry(
      TimeSource time,
      TelemetryConsumer consumer,
      QueryListener listener,
      RandomGenerator random,
      SlowStatements slow) {
    this.slow = slow;
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
    QueryStats seen = statsOf(subject);
    seen.add(answered);
    cells.record(
        Vocabulary.QUERY_DURATION,
        "s",
        seen.attributes(answered.member(), answered.role()),
        answered.durationNanos() / 1e9);
    cells.add(Vocabulary.ROUTED, "{query}", attributesOf(answered.role(), answered.reason()), 1);
    cells.add(Vocabulary.CONNECTION_TIME, "s", holder(answered), answered.heldNanos() / 1e9);
    if (!seen.equals(others) && seen.isToTell(time.nanoTime())) {
      introduce(subject, seen.id());
    }
    answered.tags().trace().filter(TraceContext::sampled).ifPresent(trace -> span(answered, trace));
    slow.offer(answered);
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

  private QueryStats statsOf(StatementAnalysis subject) {
    long fingerprint = subject.fingerprint().hash();
    QueryStats known = stats.get(fingerprint);
    if (known != null) {
      return known;
    }
    return stats.size() >= MAX_SERIES
        ? others
        : stats.computeIfAbsent(
            fingerprint,
            f -> new QueryStats(subject.fingerprint().id(), subject.fingerprint().text()));
  }

  /* Words of the router's own, few of each: made once. */
  private Attributes attributesOf(String role, String reason) {
    Way way = new Way(role, reason);
    Attributes known = routes.get(way);
    if (known != null) {
      return known;
    }
    return routes.computeIfAbsent(
        way, w -> Attributes.of(Vocabulary.ROLE, w.role, Vocabulary.REASON, w.reason));
  }

  private Attributes holder(Answered answered) {
    Attributes known = holders.get(answered.member());
    Attributes member =
        known != null
            ? known
            : holders.computeIfAbsent(
                answered.member(), name -> Attributes.of(Vocabulary.MEMBER, name));
    return answered
        .tags()
        .route()
        .map(route -> member.with(Vocabulary.ROUTE, route))
        .orElse(member);
  }

  /** What has been seen since the start, a row for each normalised statement. */
  List<QueryStats.Row> queries() {
    List<QueryStats.Row> rows = new ArrayList<>();
    stats.values().forEach(each -> rows.add(each.row()));
    if (others.row().calls() > 0) {
      rows.add(others.row());
    }
    return rows;
  }

  private void introduce(StatementAnalysis subject, String id) {
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

  /**
   * A pool has another size now.
   *
   * @param shown what people call it
   */
  void resized(PoolFigures pool, int limit, String reason, String shown) {
    String body =
        "pool of %s %s %d → %d: %s"
            .formatted(
                shown, limit > pool.limit() ? "grew" : "shrank", pool.limit(), limit, reason);
    LOG.log(Level.DEBUG, body);
    consumer.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                LogRecord.INFO,
                Vocabulary.EVENT_POOL,
                body,
                Attributes.of(
                    Vocabulary.MEMBER,
                    pool.member(),
                    "headroom.from",
                    (long) pool.limit(),
                    "headroom.to",
                    (long) limit,
                    Vocabulary.REASON,
                    reason))));
  }

  /** Ends the cell. */
  void flush(Cluster cluster, int clients, List<PoolFigures> pools) {
    List<Metric> metrics = new ArrayList<>(cells.drain());
    long now = time.epochNanos();
    metrics.add(gauge(Vocabulary.ROUTER_CLIENTS, "{connection}", Attributes.empty(), now, clients));
    for (PoolFigures pool : PoolFigures.sums(pools, PoolFigures::member)) {
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

  /** The members, as they are known now. */
  List<MemberFigures> members(Cluster cluster) {
    return cluster.states().stream().map(of -> figures(cluster, of)).toList();
  }

  private static MemberFigures figures(Cluster cluster, MemberState.Of of) {
    Member member = of.member();
    String address = member.address().getHostString() + ":" + member.address().getPort();
    boolean primary = cluster.view().primary().equals(Optional.of(member));
    return switch (of.state()) {
      case MemberState.Away away ->
          new MemberFigures(member.name(), address, "replica", "down: " + away.reason(), 0, 0);
      case MemberState.Writable writable ->
          new MemberFigures(
              member.name(),
              address,
              "primary",
              primary ? "up" : "down: " + cluster.view().trouble(),
              writable.position().timeline(),
              0);
      case MemberState.Replaying replaying -> {
        long behind = cluster.bytesBehind(replaying);
        boolean lagging = behind > 0 && replaying.secondsBehind() > 1;
        yield new MemberFigures(
            member.name(),
            address,
            "replica",
            lagging ? "lagging" : "up",
            replaying.position().timeline(),
            behind);
      }
    };
  }

  private void member(List<Metric> metrics, Cluster cluster, MemberState.Of of, long now) {
    Member member = of.member();
    Attributes series = Attributes.of(Vocabulary.MEMBER, member.name());
    MemberFigures figures = figures(cluster, of);
    if (of.state() instanceof MemberState.Replaying replaying) {
      double seconds = figures.lagBytes() > 0 ? replaying.secondsBehind() : 0;
      metrics.add(
          gauge(Vocabulary.REPLAY_LAG_BYTES, "By", series, now, (double) figures.lagBytes()));
      metrics.add(gauge(Vocabulary.REPLAY_LAG_SECONDS, "s", series, now, seconds));
    }
    metrics.add(
        gauge(
            Vocabulary.DB_MEMBER,
            "1",
            Attributes.of(
                Vocabulary.MEMBER,
                member.name(),
                Vocabulary.ROLE,
                figures.role(),
                Vocabulary.STATE,
                figures.state().startsWith("down") ? "down" : figures.state(),
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

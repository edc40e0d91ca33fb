package dev.headroom.console;

import dev.headroom.apm.Endpoint;
import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TraceQuery;
import dev.headroom.apm.Window;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A store that invents a plausible system, the same at the same time. For tests alone. */
final class FakeTelemetry implements TelemetryQueries {
  static final String FINGERPRINT = "a3f1c20d9b7e4455";
  static final TraceId TRACE = new TraceId(0x4bf92f3577b34da6L, 0xa3ce929d0e0e4736L);
  private static final int PRIMARY = 0;

  private final TimeSource time;
  final AtomicInteger asked = new AtomicInteger();

  /** What tests add to the events. */
  final List<LogRecord> happened = new CopyOnWriteArrayList<>();

  FakeTelemetry(TimeSource time) {
    this.time = time;
  }

  private record Route(
      String service, String method, String route, double rate, double medianMs, double errors) {}

  private static final List<Route> ROUTES =
      List.of(
          new Route("web", "GET", "/api/projects", 41, 12, 0),
          new Route("web", "GET", "/api/projects/{id}/issues", 38, 64, 0.001),
          new Route("web", "GET", "/api/issues/{id}", 33, 18, 0),
          new Route("web", "GET", "/api/issues/{id}/comments", 21, 26, 0),
          new Route("web", "POST", "/api/issues", 9.4, 31, 0.002),
          new Route("web", "PATCH", "/api/issues/{id}", 8.2, 28, 0),
          new Route("web", "POST", "/api/issues/{id}/comments", 7.9, 24, 0),
          new Route("web", "GET", "/api/search", 6.3, 420, 0.004),
          new Route("web", "GET", "/api/notifications", 18, 9, 0),
          new Route("web", "POST", "/api/notifications/read", 3.1, 14, 0),
          new Route("web", "GET", "/api/reports/burndown", 1.2, 1350, 0.021),
          new Route("web", "GET", "/api/reports/velocity", 0.8, 870, 0),
          new Route("web", "GET", "/api/labels", 5.2, 6, 0),
          new Route("web", "POST", "/api/login", 2.4, 92, 0),
          new Route("web", "GET", "/api/users/{id}", 4.9, 11, 0),
          new Route("web", "GET", "/api/attachments/{id}", 3.7, 48, 0),
          new Route("web", "POST", "/api/attachments", 0.9, 160, 0.01),
          new Route("web", "GET", "/api/audit", 0.4, 240, 0),
          new Route("web", "GET", "/assets/{file}", 74, 1.4, 0),
          new Route("web", "GET", "/", 5.5, 3.1, 0));

  private double load(Instant at) {
    double minutes = at.toEpochMilli() / 60_000.0;
    return 1 + 0.35 * Math.sin(minutes / 5) + 0.08 * Math.sin(minutes * 7.3);
  }

  private LatencySketch sketch(double medianMs, long count, long seed) {
    Random random = new Random(seed);
    LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    int samples = Math.clamp(count, 1, 400);
    for (int i = 0; i < samples; i++) {
      recorder.record(medianMs / 1000 * Math.exp(random.nextGaussian() * 0.7));
    }
    return recorder.drain();
  }

  @Override
  public List<EndpointStats> endpoints(Window window) {
    asked.incrementAndGet();
    double load = load(window.to());
    return ROUTES.stream()
        .map(
            r -> {
              long count = Math.round(r.rate * load * window.seconds());
              return new EndpointStats(
                  r.service,
                  r.method,
                  r.route,
                  count,
                  count / window.seconds(),
                  Math.round(count * 0.004),
                  Math.round(count * r.errors),
                  sketch(r.medianMs * load, count, r.route.hashCode()));
            })
        .sorted((a, b) -> Long.compare(b.count(), a.count()))
        .toList();
  }

  @Override
  public List<EndpointPoint> endpointSeries(
      Window window, Duration step, Optional<String> service, Optional<String> route) {
    List<EndpointPoint> points = new ArrayList<>();
    for (Instant at = window.from(); at.isBefore(window.to()); at = at.plus(step)) {
      double load = load(at);
      long count = Math.round((route.isPresent() ? 20 : 290) * load * step.toSeconds());
      points.add(
          new EndpointPoint(
              at,
              count,
              count / 250,
              load > 1.3 ? count / 180 : 0,
              sketch(22 * load * load, 300, at.getEpochSecond())));
    }
    return points;
  }

  @Override
  public List<QueryStats> queries(Window window) {
    String[] texts = {
      "SELECT i.id, i.title, i.state, u.name FROM issues i JOIN users u ON u.id = i.assignee_id"
          + " WHERE i.project_id = $1 AND i.state <> $2 ORDER BY i.updated_at DESC LIMIT $3",
      "SELECT count(*) FROM issues WHERE tenant_id = $1 AND lower(title) LIKE $2",
      "SELECT * FROM comments WHERE issue_id = $1 ORDER BY created_at",
      "UPDATE issues SET state = $1, updated_at = now() WHERE id = $2",
      "INSERT INTO audit_events (tenant_id, actor_id, kind, subject_id) VALUES ($1, $2, $3, $4)",
      "SELECT name FROM users WHERE id = $1"
    };
    List<QueryStats> stats = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      long count = 18_000 >> i;
      boolean write = !texts[i].startsWith("SELECT");
      stats.add(
          new QueryStats(
              i == 0 ? FINGERPRINT : "%016x".formatted(texts[i].hashCode()),
              texts[i],
              count,
              write ? 0 : count * 96 / 100,
              sketch(new double[] {9, 130, 3, 4, 2, 0.4}[i], count, i)));
    }
    stats.sort((a, b) -> Double.compare(b.latency().sum(), a.latency().sum()));
    return stats;
  }

  private int replicas(Instant at) {
    return (int) Math.round(10 * load(at));
  }

  @Override
  public List<GaugeValue> latest(String metric, Duration maxAge) {
    Instant now = time.now();
    return switch (metric) {
      case Vocabulary.REPLICA -> {
        List<GaugeValue> all = new ArrayList<>();
        for (int i = 0; i < replicas(now); i++) {
          all.add(
              gauge(
                  1,
                  Map.of(
                      Vocabulary.SERVICE,
                      "web",
                      Vocabulary.INSTANCE,
                      "web-" + i,
                      Vocabulary.NODE,
                      "node-" + (1 + i / 3),
                      Vocabulary.STATE,
                      i == 9 ? "starting" : i == 6 ? "unhealthy" : "ready",
                      "process.pid",
                      4200L + i,
                      "server.port",
                      31000L + i,
                      "headroom.restarts",
                      i == 6 ? 2L : 0L)));
        }
        all.add(
            gauge(
                1,
                Map.of(
                    Vocabulary.SERVICE,
                    "mailer",
                    Vocabulary.INSTANCE,
                    "mailer-0",
                    Vocabulary.NODE,
                    "node-1",
                    Vocabulary.STATE,
                    "ready",
                    "process.pid",
                    4301L,
                    "headroom.restarts",
                    0L)));
        yield all;
      }
      case Vocabulary.REPLICA_CPU -> perReplica(i -> 0.12 + 0.03 * (i % 4));
      case Vocabulary.REPLICA_MEMORY -> perReplica(i -> (61 + 3.0 * (i % 5)) * (1 << 20));
      case Vocabulary.IN_FLIGHT -> perReplica(i -> 1.5 + i % 3);
      case Vocabulary.DESIRED_REPLICAS ->
          List.of(
              gauge(replicas(now), Map.of(Vocabulary.SERVICE, "web")),
              gauge(1, Map.of(Vocabulary.SERVICE, "mailer")));
      case Vocabulary.MACHINE_CPU -> List.of(gauge(1.31, Map.of("headroom.cores", 2L)));
      case Vocabulary.GATEWAY_CONNECTIONS -> List.of(gauge(312, Map.of()));
      case Vocabulary.DB_MEMBER ->
          members(
              i ->
                  gauge(
                      1,
                      Map.of(
                          Vocabulary.MEMBER,
                          "pg-" + i,
                          Vocabulary.ROLE,
                          i == PRIMARY ? "primary" : "replica",
                          Vocabulary.STATE,
                          i == 3 ? "lagging" : "up",
                          "server.address",
                          "127.0.0.1",
                          "server.port",
                          15432L + i)));
      case Vocabulary.REPLAY_LAG_BYTES ->
          members(i -> gauge(i == 3 ? 48e6 : 2048.0 * i, Map.of(Vocabulary.MEMBER, "pg-" + i)));
      case Vocabulary.REPLAY_LAG_SECONDS ->
          members(i -> gauge(i == 3 ? 11.8 : 0.004 * i, Map.of(Vocabulary.MEMBER, "pg-" + i)));
      case Vocabulary.ROUTER_SERVERS ->
          IntStream.range(0, 10)
              .mapToObj(
                  i ->
                      gauge(
                          i % 2 == 0 ? 3 + i / 2 : 8,
                          Map.of(
                              Vocabulary.MEMBER,
                              "pg-" + i / 2,
                              Vocabulary.STATE,
                              i % 2 == 0 ? "active" : "idle")))
              .toList();
      case Vocabulary.ROUTER_CLIENTS -> List.of(gauge(96, Map.of()));
      case Vocabulary.REDIS_NODE ->
          IntStream.range(0, 6)
              .mapToObj(
                  i ->
                      gauge(
                          1,
                          Map.of(
                              "headroom.redis.node",
                              "redis-" + i,
                              Vocabulary.ROLE,
                              i < 3 ? "master" : "replica",
                              Vocabulary.STATE,
                              "ok",
                              i < 3 ? "headroom.redis.slots" : "headroom.redis.master",
                              i < 3
                                  ? List.of("0-5460", "5461-10922", "10923-16383").get(i)
                                  : "redis-" + (i - 3))))
              .toList();
      case Vocabulary.REDIS_KEYS -> redis(i -> 18_000 + 311 * i);
      case Vocabulary.REDIS_MEMORY -> redis(i -> 21e6 + 1e5 * i);
      case Vocabulary.NODE_STATE ->
          nodes(
              i ->
                  gauge(
                      1,
                      Map.of(
                          Vocabulary.NODE,
                          "node-" + i,
                          Vocabulary.STATE,
                          i == 6 ? "empty" : "ready",
                          "host.type",
                          i % 2 == 0 ? "m7i.large" : "c7i.large",
                          "cloud.availability_zone",
                          "us-east-1" + "abc".charAt(i % 3),
                          "headroom.capacity_type",
                          "on-demand",
                          "headroom.price",
                          i % 2 == 0 ? 0.1008 : 0.08925,
                          Vocabulary.SIMULATED,
                          true)));
      case Vocabulary.NODE_CPU_REQUESTED -> nodes(i -> node(i, i == 6 ? 0 : 1.5));
      case Vocabulary.NODE_CPU_ALLOCATABLE -> nodes(i -> node(i, 1.93));
      case Vocabulary.NODE_CPU_USED -> nodes(i -> node(i, i == 6 ? 0 : 0.3 + 0.05 * i));
      case Vocabulary.NODE_MEMORY_REQUESTED -> nodes(i -> node(i, i == 6 ? 0 : 1.5 * (1L << 30)));
      case Vocabulary.NODE_MEMORY_ALLOCATABLE -> nodes(i -> node(i, 3.2 * (1L << 30)));
      case Vocabulary.NODE_MEMORY_USED -> nodes(i -> node(i, 0.2 * (1L << 30)));
      default -> FakeControls.latest(metric, now);
    };
  }

  private GaugeValue gauge(double value, Map<String, ?> words) {
    return new GaugeValue(Attributes.of(words), time.now().minusSeconds(3), value);
  }

  private GaugeValue node(int i, double value) {
    return gauge(value, Map.of(Vocabulary.NODE, "node-" + i, Vocabulary.SIMULATED, true));
  }

  private List<GaugeValue> perReplica(java.util.function.IntToDoubleFunction value) {
    return IntStream.range(0, replicas(time.now()))
        .mapToObj(
            i ->
                gauge(
                    value.applyAsDouble(i),
                    Map.of(Vocabulary.SERVICE, "web", Vocabulary.INSTANCE, "web-" + i)))
        .toList();
  }

  private List<GaugeValue> redis(java.util.function.IntToDoubleFunction value) {
    return IntStream.range(0, 6)
        .mapToObj(i -> gauge(value.applyAsDouble(i), Map.of("headroom.redis.node", "redis-" + i)))
        .toList();
  }

  private static List<GaugeValue> members(java.util.function.IntFunction<GaugeValue> member) {
    return IntStream.range(0, 5).mapToObj(member).toList();
  }

  private static List<GaugeValue> nodes(java.util.function.IntFunction<GaugeValue> node) {
    return IntStream.rangeClosed(1, 6).mapToObj(node).toList();
  }

  @Override
  public List<MetricSeries> series(
      String metric, Window window, Duration step, List<String> groupBy) {
    return switch (metric) {
      case Vocabulary.ROUTED ->
          groupBy.size() == 2
              ? List.of(
                  flat(window, step, 900, 0, Vocabulary.ROLE, "replica", Vocabulary.REASON, "read"),
                  flat(window, step, 60, 0, Vocabulary.ROLE, "primary", Vocabulary.REASON, "write"),
                  flat(
                      window,
                      step,
                      22,
                      0,
                      Vocabulary.ROLE,
                      "primary",
                      Vocabulary.REASON,
                      "own writes not replayed"))
              : List.of(
                  flat(window, step, 900, 0, Vocabulary.ROLE, "replica"),
                  flat(window, step, 82, 0, Vocabulary.ROLE, "primary"));
      case Vocabulary.QUERY_DURATION ->
          groupBy.contains(Vocabulary.QUERY)
              ? queries(window).stream()
                  .map(q -> flat(window, step, 12, 4, Vocabulary.QUERY, q.fingerprint()))
                  .toList()
              : IntStream.range(0, 5)
                  .mapToObj(
                      i -> flat(window, step, i == 0 ? 82 : 225, 2.4, Vocabulary.MEMBER, "pg-" + i))
                  .toList();
      case Vocabulary.QUEUE_DURATION -> List.of(flat(window, step, 400, 0.3));
      case Vocabulary.UPSTREAM_DURATION ->
          IntStream.range(0, replicas(time.now()))
              .mapToObj(i -> flat(window, step, 22, 30 + i, Vocabulary.INSTANCE, "web-" + i))
              .toList();
      case Vocabulary.REDIS_HITS ->
          IntStream.range(0, 3)
              .mapToObj(i -> flat(window, step, 120 + i, 0, "headroom.redis.node", "redis-" + i))
              .toList();
      case Vocabulary.REDIS_MISSES ->
          IntStream.range(0, 3)
              .mapToObj(i -> flat(window, step, 9 - i, 0, "headroom.redis.node", "redis-" + i))
              .toList();
      case Vocabulary.REPLAY_LAG_SECONDS ->
          IntStream.range(1, 5)
              .mapToObj(
                  i -> level(window, step, i == 3 ? 9 : 0.02 * i, Vocabulary.MEMBER, "pg-" + i))
              .toList();
      case Vocabulary.REPLAY_LAG_BYTES ->
          IntStream.range(1, 5)
              .mapToObj(i -> level(window, step, 4096.0 * i, Vocabulary.MEMBER, "pg-" + i))
              .toList();
      case Vocabulary.REDIS_KEYS ->
          IntStream.range(0, 6)
              .mapToObj(i -> level(window, step, 18_000, "headroom.redis.node", "redis-" + i))
              .toList();
      case Vocabulary.REDIS_MEMORY ->
          IntStream.range(0, 6)
              .mapToObj(i -> level(window, step, 21e6, "headroom.redis.node", "redis-" + i))
              .toList();
      case Vocabulary.NODE_STATE ->
          List.of(
              level(window, step, 3, "headroom.price", 0.1008),
              level(window, step, 3, "headroom.price", 0.08925));
      case Vocabulary.NODE_CPU_ALLOCATABLE -> List.of(level(window, step, 6 * 1.93));
      case Vocabulary.NODE_CPU_REQUESTED -> List.of(level(window, step, 6.5));
      case Vocabulary.NODE_CPU_USED -> List.of(level(window, step, 2.2));
      case Vocabulary.NODE_MEMORY_ALLOCATABLE -> List.of(level(window, step, 6 * 3.2 * (1L << 30)));
      case Vocabulary.NODE_MEMORY_REQUESTED -> List.of(level(window, step, 7.5 * (1L << 30)));
      case Vocabulary.NODE_MEMORY_USED -> List.of(level(window, step, 1.2 * (1L << 30)));
      case Vocabulary.REPLICA_CPU -> List.of(level(window, step, 1.4, Vocabulary.SERVICE, "web"));
      case Vocabulary.REPLICA_MEMORY ->
          List.of(level(window, step, 9e8, Vocabulary.SERVICE, "web"));
      case Vocabulary.IN_FLIGHT -> List.of(level(window, step, 21, Vocabulary.SERVICE, "web"));
      case Vocabulary.DESIRED_REPLICAS ->
          List.of(
              count(window, step, 0, Vocabulary.SERVICE, "web"),
              new MetricSeries(
                  Attributes.of(Vocabulary.SERVICE, "mailer"),
                  List.of(new Point(window.from(), 1, LatencySketch.empty()))));
      case Vocabulary.REPLICA ->
          List.of(
              count(window, step, 20, Vocabulary.SERVICE, "web", Vocabulary.STATE, "ready"),
              new MetricSeries(
                  Attributes.of(Vocabulary.SERVICE, "web", Vocabulary.STATE, "starting"),
                  List.of(new Point(window.from(), 2, LatencySketch.empty()))));
      default -> FakeControls.series(metric, window, step, groupBy);
    };
  }

  private MetricSeries flat(
      Window window, Duration step, double perSecond, double medianMs, Object... words) {
    List<Point> points = new ArrayList<>();
    for (Instant at = window.from(); at.isBefore(window.to()); at = at.plus(step)) {
      double count = perSecond * load(at) * step.toSeconds();
      points.add(
          new Point(
              at,
              count,
              medianMs == 0
                  ? LatencySketch.empty()
                  : sketch(medianMs, (long) count, at.getEpochSecond())));
    }
    return new MetricSeries(Attributes.of(words), points);
  }

  /** A gauge that follows the load a little. */
  private MetricSeries level(Window window, Duration step, double usual, Object... words) {
    List<Point> points = new ArrayList<>();
    for (Instant at = window.from(); at.isBefore(window.to()); at = at.plus(step)) {
      double value = usual == Math.rint(usual) ? usual : usual * load(at);
      points.add(new Point(at, value, LatencySketch.empty()));
    }
    return new MetricSeries(Attributes.of(words), points);
  }

  private MetricSeries count(Window window, Duration step, int behind, Object... words) {
    List<Point> points = new ArrayList<>();
    for (Instant at = window.from(); at.isBefore(window.to()); at = at.plus(step)) {
      points.add(new Point(at, replicas(at.minusSeconds(behind)), LatencySketch.empty()));
    }
    return new MetricSeries(Attributes.of(words), points);
  }

  @Override
  public List<LogRecord> events(Window window, String prefix, int limit) {
    long now = time.epochNanos();
    List<LogRecord> all = new ArrayList<>(happened.reversed());
    all.addAll(FakeControls.events(now));
    all.addAll(
        List.of(
            event(
                now,
                20,
                9,
                Vocabulary.EVENT_SCALE,
                "web: 11 → 13 replicas: in flight 24 of 20",
                Map.of(
                    Vocabulary.SERVICE,
                    "web",
                    "headroom.from",
                    11L,
                    "headroom.to",
                    13L,
                    Vocabulary.REASON,
                    "in flight: 24.1 per replica, target 20",
                    "headroom.data_age_seconds",
                    4.2)),
            event(
                now,
                64,
                13,
                Vocabulary.EVENT_REPLICA,
                "web-6 ended by itself with status 137",
                Map.of(Vocabulary.SERVICE, "web", Vocabulary.INSTANCE, "web-6")),
            event(
                now,
                180,
                17,
                Vocabulary.EVENT_FAILOVER,
                "primary pg-1 lost",
                Map.of(Vocabulary.MEMBER, "pg-1")),
            event(
                now,
                179,
                9,
                Vocabulary.EVENT_FAILOVER,
                "pg-0 promoted in 0.8 s",
                Map.of(Vocabulary.MEMBER, "pg-0", "headroom.from", "pg-1", "headroom.to", "pg-0")),
            event(
                now,
                240,
                13,
                Vocabulary.EVENT_REDIS,
                "redis redis-1 takes 5461-10922 over from redis-4, whose process died",
                Map.of("headroom.redis.node", "redis-1", Vocabulary.STATE, "failover")),
            event(
                now,
                150,
                9,
                Vocabulary.EVENT_FAILOVER,
                "pg-1 cloned anew, streaming from pg-0",
                Map.of(Vocabulary.MEMBER, "pg-1")),
            event(
                now,
                400,
                9,
                Vocabulary.EVENT_NODE,
                "node-6 (m7i.large, us-east-1a, simulated) added: 2 replicas without room",
                Map.of(Vocabulary.NODE, "node-6", Vocabulary.SIMULATED, true)),
            event(
                now,
                640,
                9,
                Vocabulary.EVENT_SCALE,
                "web: 9 → 11 replicas: CPU",
                Map.of(
                    Vocabulary.SERVICE,
                    "web",
                    "headroom.from",
                    9L,
                    "headroom.to",
                    11L,
                    Vocabulary.REASON,
                    "CPU: 83 % of request, target 70 %",
                    "headroom.data_age_seconds",
                    5.9))));
    return all.stream()
        .filter(e -> e.eventName().startsWith(prefix))
        .filter(e -> !Instant.ofEpochSecond(0, e.epochNanos()).isBefore(window.from()))
        .filter(e -> Instant.ofEpochSecond(0, e.epochNanos()).isBefore(window.to()))
        .sorted(Comparator.comparingLong(LogRecord::epochNanos).reversed())
        .limit(limit)
        .toList();
  }

  private static LogRecord event(
      long now, long secondsAgo, int severity, String name, String body, Map<String, ?> words) {
    return LogRecord.event(
        now - secondsAgo * 1_000_000_000L, severity, name, body, Attributes.of(words));
  }

  @Override
  public List<MetricSeries> allSeries(String metric, Window window, Duration step) {
    return series(metric, window, step, List.of());
  }

  @Override
  public List<MetricName> metrics() {
    return List.of(new MetricName(Vocabulary.HTTP_DURATION, "s", MetricName.Kind.HISTOGRAM));
  }

  @Override
  public List<TraceSummary> search(Window window, TraceQuery query, int limit) {
    return traces(window, Optional.empty(), false, limit);
  }

  @Override
  public List<TraceSummary> traces(
      Window window, Optional<String> route, boolean slowestFirst, int limit) {
    List<Route> asked =
        ROUTES.stream().filter(r -> route.isEmpty() || r.route.equals(route.get())).toList();
    return IntStream.range(0, asked.isEmpty() ? 0 : Math.min(limit, 24))
        .mapToObj(
            i ->
                new TraceSummary(
                    i == 0 ? TRACE : new TraceId(7, i),
                    "web",
                    asked.get(i % asked.size()).method + " " + asked.get(i % asked.size()).route,
                    time.now().minusSeconds(2L * i),
                    Duration.ofMillis(slowestFirst ? 2400 - 90L * i : 30 + 37L * i % 400),
                    5 + i % 9,
                    i == 4))
        .toList();
  }

  @Override
  public List<Span> trace(TraceId traceId) {
    if (!traceId.equals(TRACE) && traceId.high() != 7) {
      return List.of();
    }
    long start = time.epochNanos() - 4_000_000_000L;
    List<Span> spans = new ArrayList<>();
    spans.add(span(1, 0, "GET /api/projects/{id}/issues", Span.Kind.SERVER, start, 64, "gateway"));
    spans.add(
        span(2, 1, "GET /api/projects/{id}/issues", Span.Kind.SERVER, start + 900_000, 62, "web"));
    spans.add(span(3, 2, "SELECT projects", Span.Kind.CLIENT, start + 2_000_000, 3, "web"));
    spans.add(span(4, 2, "SELECT issues", Span.Kind.CLIENT, start + 6_000_000, 11, "web"));
    for (int i = 0; i < 8; i++) {
      spans.add(
          span(
              10 + i,
              2,
              "SELECT users",
              Span.Kind.CLIENT,
              start + (19 + 4L * i) * 1_000_000,
              3,
              "web"));
    }
    spans.add(span(30, 2, "render", Span.Kind.INTERNAL, start + 52_000_000, 9, "web"));
    return spans;
  }

  private static Span span(
      long id, long parent, String name, Span.Kind kind, long start, long millis, String service) {
    return new Span(
        TRACE,
        new SpanId(id),
        new SpanId(parent),
        name,
        kind,
        start,
        start + millis * 1_000_000,
        id == 17 ? Span.Status.ERROR : Span.Status.UNSET,
        id == 17 ? "canceling statement due to statement timeout" : "",
        kind == Span.Kind.CLIENT
            ? Attributes.of("db.system.name", "postgresql")
            : Attributes.of("http.request.method", "GET"),
        List.of(),
        Attributes.of("service.name", service),
        "test");
  }

  @Override
  public Optional<Instant> newest(String metric) {
    return Optional.of(time.now().minusSeconds(metric.equals(Vocabulary.REDIS_NODE) ? 14 : 3));
  }

  @Override
  public StoreStats storeStats() {
    return new StoreStats(
        48_312_000, 1_204_000, 88_000, 912, List.of(new Dropped("spans", "too old", 12)));
  }

  @Override
  public List<LogRecord> logs(TraceId traceId) {
    return List.of();
  }

  @Override
  public List<ErrorGroup> errorGroups(Window window, int limit) {
    return FakeAnalyses.errors(time.now());
  }

  @Override
  public ServiceMap serviceMap(Window window) {
    return FakeAnalyses.map(window);
  }

  @Override
  public List<SlowRequest> slowRequests(
      Window window, Optional<String> service, Optional<String> route, int limit) {
    return FakeAnalyses.slow(time.now(), route, limit);
  }

  @Override
  public Optional<EndpointAnalysis> endpointAnalysis(Window window, Endpoint endpoint) {
    return endpoint.equals(FakeAnalyses.SEARCH)
        ? Optional.of(FakeAnalyses.analysis(endpoint))
        : Optional.empty();
  }

  @Override
  public List<RepeatedCall> repeatedCalls(Window window, int limit) {
    return FakeAnalyses.repeated();
  }

  @Override
  public Map<Endpoint, List<EndpointPoint>> endpointsOverTime(Window window, Duration step) {
    return Map.of();
  }
}

package dev.headroom.gateway.telemetry;

import dev.headroom.base.TimeSource;
import dev.headroom.gateway.LimitStatus;
import dev.headroom.gateway.Purge;
import dev.headroom.gateway.cache.CacheOutcome;
import dev.headroom.gateway.cache.ResponseCache;
import dev.headroom.gateway.cache.ResponseCache.RemovalReason;
import dev.headroom.gateway.cache.SharedTier;
import dev.headroom.gateway.limits.LimitRule;
import dev.headroom.gateway.limits.LimitVerdict;
import dev.headroom.gateway.upstream.Upstream;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Exchange;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.MetricCells;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Turns exchanges into what the store keeps: exact figures of every exchange per cell, and a span
 * of those that are sampled, failed or slow. Memory is bounded: a span that finds no room is
 * counted and dropped.
 */
public final class Recorder implements AutoCloseable {
  private static final Duration CELL = Duration.ofSeconds(5);
  private static final Duration SPAN_DELAY = Duration.ofSeconds(1);
  private static final Duration SLOW = Duration.ofSeconds(1);
  private static final int MAX_SERIES = 5_000;
  private static final int MAX_WAITING_SPANS = 8_192;
  private static final String SCOPE = "headroom.gateway";
  private static final String SPANS_DROPPED = "headroom.gateway.spans.dropped";

  /** As OpenTelemetry's semantic conventions know them; others are {@code _OTHER}. */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final Attributes resource;
  private final MetricCells cells;
  private final Sources sources;
  private final BlockingQueue<Exchange> spans = new ArrayBlockingQueue<>(MAX_WAITING_SPANS);
  private final LongAdder dropped = new LongAdder();
  private final ConcurrentHashMap<Endpoint, Attributes> endpoints = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Instance, Attributes> instances = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<CachedEndpoint, Attributes> cachedEndpoints =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<LimitedEndpoint, Attributes> limitedEndpoints =
      new ConcurrentHashMap<>();
  private final ScheduledExecutorService scheduler;

  /**
   * What is asked at the end of each cell.
   *
   * @param connections how many clients are connected
   */
  public record Sources(
      Supplier<List<Upstream>> upstreams,
      IntSupplier connections,
      Supplier<List<LimitRule>> limits,
      ResponseCache cache) {}

  /** What the figures of the cache are kept apart by. */
  private record CachedEndpoint(String service, String route, String outcome) {}

  /** What the figures of a limit are kept apart by. */
  private record LimitedEndpoint(String rule, String service, String route, String outcome) {}

  /** What the figures of an endpoint are kept apart by. */
  private record Endpoint(String service, String method, String route, int status) {}

  private record Instance(String service, String instance) {}

  private Recorder(String app, TelemetryConsumer telemetry, TimeSource time, Sources sources) {
    this.telemetry = telemetry;
    this.time = time;
    this.resource = Attributes.of("service.name", "gateway", "service.namespace", app);
    this.cells = new MetricCells(time, resource, MAX_SERIES);
    this.sources = sources;
    this.scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("gateway telemetry").factory());
    every(CELL, this::endCell);
    every(SPAN_DELAY, this::sendSpans);
  }

  /**
   * Records from here on.
   *
   * @param app name of the document
   */
  public static Recorder start(
      String app, TelemetryConsumer telemetry, TimeSource time, Sources sources) {
    return new Recorder(app, telemetry, time, sources);
  }

  private void every(Duration period, Runnable task) {
    var _ =
        scheduler.scheduleAtFixedRate(
            task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One exchange is over. */
  public void finished(Exchange exchange) {
    cells.record(Vocabulary.HTTP_DURATION, "s", endpoint(exchange), exchange.durationNanos() / 1e9);
    if (exchange.upstreamNanos() > 0) {
      cells.record(
          Vocabulary.UPSTREAM_DURATION, "s", instance(exchange), exchange.upstreamNanos() / 1e9);
    }
    boolean worthKeeping =
        exchange.trace().sampled()
            || exchange.status() >= 500
            || exchange.durationNanos() > SLOW.toNanos();
    if (worthKeeping && !spans.offer(exchange)) {
      dropped.increment();
    }
  }

  /** What the cache did for an exchange. */
  public void cached(Exchange exchange, CacheOutcome outcome, boolean kept) {
    cells.add(
        Vocabulary.CACHE_REQUESTS,
        "{request}",
        cached(exchange, outcome.name().toLowerCase(Locale.ROOT)),
        1);
    boolean fromCache = outcome != CacheOutcome.MISS && outcome != CacheOutcome.BYPASS;
    if (fromCache && exchange.responseBytes() > 0) {
      cells.add(
          Vocabulary.CACHE_SERVED_BYTES,
          "By",
          cached(exchange, ""),
          (double) exchange.responseBytes());
    }
    if (kept) {
      cells.add(Vocabulary.CACHE_STORES, "{response}", cached(exchange, ""), 1);
    }
  }

  private Attributes cached(Exchange exchange, String outcome) {
    CachedEndpoint key = new CachedEndpoint(exchange.service(), exchange.route(), outcome);
    Attributes known = cachedEndpoints.get(key);
    if (known != null) {
      return known;
    }
    Attributes made =
        outcome.isEmpty()
            ? Attributes.of(Vocabulary.SERVICE, key.service, Vocabulary.ROUTE, key.route)
            : Attributes.of(
                Vocabulary.SERVICE,
                key.service,
                Vocabulary.ROUTE,
                key.route,
                Vocabulary.OUTCOME,
                outcome);
    if (cachedEndpoints.size() < MAX_SERIES) {
      cachedEndpoints.put(key, made);
    }
    return made;
  }

  /** What a limit said of an exchange. */
  public void limited(Exchange exchange, LimitRule rule, LimitVerdict.Outcome outcome) {
    LimitedEndpoint key =
        new LimitedEndpoint(
            rule.label(),
            exchange.service(),
            exchange.route(),
            outcome.name().toLowerCase(Locale.ROOT));
    Attributes known = limitedEndpoints.get(key);
    if (known == null) {
      known =
          Attributes.of(
              Vocabulary.LIMIT_RULE,
              key.rule,
              Vocabulary.SERVICE,
              key.service,
              Vocabulary.ROUTE,
              key.route,
              Vocabulary.OUTCOME,
              key.outcome);
      if (limitedEndpoints.size() < MAX_SERIES) {
        limitedEndpoints.put(key, known);
      }
    }
    cells.add(Vocabulary.LIMIT_REQUESTS, "{request}", known, 1);
  }

  /** The shared cache was asked. */
  public void shared(SharedTier.Result result) {
    cells.add(
        Vocabulary.CACHE_SHARED,
        "{operation}",
        Attributes.of(Vocabulary.OUTCOME, result.name().toLowerCase(Locale.ROOT)),
        1);
  }

  /** A replica was taken out after failures. */
  public void ejected(Upstream upstream, Duration duration) {
    event(
        Vocabulary.EVENT_EJECTION,
        upstream + " taken out for " + duration.toSeconds() + " s after failures in a row",
        Attributes.of(
            Vocabulary.SERVICE,
            upstream.service(),
            Vocabulary.INSTANCE,
            upstream.instance(),
            Vocabulary.REASON,
            "failures in a row",
            "headroom.ejected_seconds",
            duration.toSeconds()));
  }

  /** Someone has emptied part of the cache. */
  public void purged(Purge purge, int removed) {
    event(
        Vocabulary.EVENT_PURGE,
        removed + " responses purged",
        Attributes.of(
            "headroom.paths",
            String.join(" ", purge.paths()),
            "headroom.tags",
            String.join(" ", purge.tags()),
            "headroom.removed",
            removed));
  }

  private void event(String name, String body, Attributes attributes) {
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(time.epochNanos(), LogRecord.INFO, name, body, attributes)));
  }

  private Attributes endpoint(Exchange exchange) {
    Endpoint key =
        new Endpoint(
            exchange.service(), method(exchange.method()), exchange.route(), exchange.status());
    Attributes known = endpoints.get(key);
    if (known != null) {
      return known;
    }
    Attributes made =
        Attributes.of(
            Vocabulary.SERVICE,
            key.service,
            Vocabulary.METHOD,
            key.method,
            Vocabulary.ROUTE,
            key.route,
            Vocabulary.STATUS_CODE,
            key.status);
    if (endpoints.size() < MAX_SERIES) {
      endpoints.put(key, made);
    }
    return made;
  }

  private Attributes instance(Exchange exchange) {
    return instance(exchange.service(), exchange.instance());
  }

  private Attributes instance(String service, String instance) {
    if (instances.size() > MAX_SERIES) {
      instances.clear(); // Instances come and go for ever; the map is only a cache.
    }
    return instances.computeIfAbsent(
        new Instance(service, instance),
        key -> Attributes.of(Vocabulary.SERVICE, key.service, Vocabulary.INSTANCE, key.instance));
  }

  private static String method(String method) {
    return METHODS.contains(method) ? method : "_OTHER";
  }

  private void endCell() {
    List<Metric> metrics = new ArrayList<>(cells.drain());
    long now = time.nanoTime();
    long epochNanos = time.epochNanos();
    long start = epochNanos - CELL.toNanos();
    Cell at = new Cell(start, epochNanos);
    for (Upstream upstream : sources.upstreams.get()) {
      Attributes its = instance(upstream.service(), upstream.instance());
      metrics.add(gauge(Vocabulary.IN_FLIGHT, "{request}", its, at, upstream.meanInFlight(now)));
      Attributes state =
          Attributes.of(
              Vocabulary.SERVICE,
              upstream.service(),
              Vocabulary.INSTANCE,
              upstream.instance(),
              Vocabulary.STATE,
              upstream.state(now));
      metrics.add(gauge(Vocabulary.UPSTREAM_STATE, "1", state, at, 1));
    }
    metrics.add(
        gauge(
            Vocabulary.GATEWAY_CONNECTIONS,
            "{connection}",
            Attributes.empty(),
            at,
            sources.connections.getAsInt()));
    limits(metrics, at, now);
    cache(metrics, at);
    long lost = dropped.sumThenReset();
    if (lost > 0) {
      cells.add(SPANS_DROPPED, "{span}", Attributes.empty(), (double) lost);
    }
    telemetry.accept(Telemetry.metrics(metrics));
  }

  /** A cell's beginning and end. */
  private record Cell(long start, long end) {}

  private Metric gauge(String name, String unit, Attributes series, Cell cell, double value) {
    return new Metric.Gauge(name, unit, series, resource, cell.start, cell.end, value);
  }

  private Metric sum(String name, String unit, Attributes series, Cell cell, double value) {
    return new Metric.Sum(name, unit, series, resource, cell.start, cell.end, value);
  }

  private void limits(List<Metric> metrics, Cell cell, long now) {
    for (LimitRule rule : sources.limits.get()) {
      metrics.add(
          gauge(
              Vocabulary.LIMIT_CALLERS,
              "{caller}",
              Attributes.of(Vocabulary.LIMIT_RULE, rule.label()),
              cell,
              rule.callers(now)));
      for (LimitStatus.Offender offender : rule.drainOffenders()) {
        metrics.add(
            sum(
                Vocabulary.LIMIT_OFFENDERS,
                "{request}",
                Attributes.of(
                    Vocabulary.LIMIT_RULE, rule.label(), Vocabulary.CALLER, offender.caller()),
                cell,
                (double) offender.refused()));
      }
    }
  }

  private void cache(List<Metric> metrics, Cell cell) {
    ResponseCache cache = sources.cache;
    Attributes bound = Attributes.of("headroom.limit_bytes", cache.limitBytes());
    metrics.add(gauge(Vocabulary.CACHE_MEMORY, "By", bound, cell, (double) cache.bytes()));
    metrics.add(
        gauge(
            Vocabulary.CACHE_ENTRIES,
            "{response}",
            Attributes.empty(),
            cell,
            (double) cache.entries()));
    for (RemovalReason reason : RemovalReason.values()) {
      long removed = cache.drainRemovals(reason);
      if (removed > 0) {
        metrics.add(
            sum(
                Vocabulary.CACHE_EVICTIONS,
                "{response}",
                Attributes.of(Vocabulary.REASON, reason.name().toLowerCase(Locale.ROOT)),
                cell,
                (double) removed));
      }
    }
  }

  private void sendSpans() {
    List<Exchange> batch = new ArrayList<>();
    spans.drainTo(batch);
    if (!batch.isEmpty()) {
      telemetry.accept(Telemetry.spans(batch.stream().map(this::span).toList()));
    }
  }

  private Span span(Exchange exchange) {
    Attributes attributes =
        Attributes.of(
            Vocabulary.SERVICE,
            exchange.service(),
            Vocabulary.INSTANCE,
            exchange.instance(),
            Vocabulary.METHOD,
            method(exchange.method()),
            Vocabulary.ROUTE,
            exchange.route(),
            Vocabulary.STATUS_CODE,
            exchange.status(),
            "url.path",
            exchange.path(),
            "http.request.body.size",
            exchange.requestBytes(),
            "http.response.body.size",
            exchange.responseBytes());
    return new Span(
        exchange.trace().traceId(),
        exchange.trace().spanId(),
        exchange.parent().orElse(SpanId.NONE),
        method(exchange.method()) + " " + exchange.route(),
        Span.Kind.SERVER,
        exchange.startEpochNanos(),
        exchange.startEpochNanos() + exchange.durationNanos(),
        exchange.status() >= 500 ? Span.Status.ERROR : Span.Status.UNSET,
        "",
        attributes,
        List.of(),
        resource,
        SCOPE);
  }

  /** Sends what is left. */
  @Override
  public void close() {
    scheduler.shutdown();
    try {
      scheduler.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sendSpans();
    endCell();
  }
}

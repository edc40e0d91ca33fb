package dev.headroom.gateway.telemetry;

import dev.headroom.base.TimeSource;
import dev.headroom.gateway.ExchangeListener;
import dev.headroom.gateway.upstream.Upstream;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Exchange;
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
public final class Recorder implements ExchangeListener, AutoCloseable {
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
  private final Supplier<List<Upstream>> upstreams;
  private final IntSupplier connections;
  private final BlockingQueue<Exchange> spans = new ArrayBlockingQueue<>(MAX_WAITING_SPANS);
  private final LongAdder dropped = new LongAdder();
  private final ConcurrentHashMap<Endpoint, Attributes> endpoints = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Instance, Attributes> instances = new ConcurrentHashMap<>();
  private final ScheduledExecutorService scheduler;

  /** What the figures of an endpoint are kept apart by. */
  private record Endpoint(String service, String method, String route, int status) {}

  private record Instance(String service, String instance) {}

  private Recorder(
      String app,
      TelemetryConsumer telemetry,
      TimeSource time,
      Supplier<List<Upstream>> upstreams,
      IntSupplier connections) {
    this.telemetry = telemetry;
    this.time = time;
    this.resource = Attributes.of("service.name", "gateway", "service.namespace", app);
    this.cells = new MetricCells(time, resource, MAX_SERIES);
    this.upstreams = upstreams;
    this.connections = connections;
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
      String app,
      TelemetryConsumer telemetry,
      TimeSource time,
      Supplier<List<Upstream>> upstreams,
      IntSupplier connections) {
    return new Recorder(app, telemetry, time, upstreams, connections);
  }

  private void every(Duration period, Runnable task) {
    var _ =
        scheduler.scheduleAtFixedRate(
            task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
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
    for (Upstream upstream : upstreams.get()) {
      metrics.add(
          new Metric.Gauge(
              Vocabulary.IN_FLIGHT,
              "{request}",
              instance(upstream.service(), upstream.instance()),
              resource,
              start,
              epochNanos,
              upstream.meanInFlight(now)));
    }
    metrics.add(
        new Metric.Gauge(
            Vocabulary.GATEWAY_CONNECTIONS,
            "{connection}",
            Attributes.empty(),
            resource,
            start,
            epochNanos,
            connections.getAsInt()));
    long lost = dropped.sumThenReset();
    if (lost > 0) {
      cells.add(SPANS_DROPPED, "{span}", Attributes.empty(), (double) lost);
    }
    telemetry.accept(Telemetry.metrics(metrics));
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

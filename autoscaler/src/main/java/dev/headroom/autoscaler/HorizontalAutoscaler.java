package dev.headroom.autoscaler;

import dev.headroom.autoscaler.HorizontalScaling.Decision;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the number of replicas of each service at what its targets ask for, between {@code
 * replicas.min} and {@code replicas.max}. It decides; {@link ReplicaTarget} acts.
 */
public final class HorizontalAutoscaler implements Component, Reloadable<ScaledApp> {
  private static final Logger LOG = System.getLogger(HorizontalAutoscaler.class.getName());
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom");

  private final AutoscalerSettings settings;
  private final MetricReader reader;
  private final ReplicaMetrics metrics;
  private final ReplicaTarget target;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final List<Future<?>> timers = new ArrayList<>();

  // Guarded by this: a decision, a new document and the end exclude each other.
  private final Map<String, HorizontalScaling> scalings = new HashMap<>();
  private final Map<String, Integer> desired = new TreeMap<>();
  private ScaledApp app;
  private boolean closed;

  // Written by decisions, read by check(), which must not wait for one.
  private volatile Map<String, String> uninformed = Map.of();

  /** One that decides only when it is told to. */
  HorizontalAutoscaler(
      ScaledApp app,
      AutoscalerSettings settings,
      ReplicaMetrics metrics,
      ReplicaTarget target,
      TelemetryConsumer telemetry,
      TimeSource time) {
    this.app = app;
    this.settings = settings;
    this.reader = new MetricReader(settings);
    this.metrics = metrics;
    this.target = target;
    this.telemetry = telemetry;
    this.time = time;
  }

  /**
   * Starts deciding. The first decision is made after one interval, when there is something to
   * decide on. {@code scheduler} stays the caller's.
   */
  public static HorizontalAutoscaler start(
      ScaledApp app,
      AutoscalerSettings settings,
      ReplicaMetrics metrics,
      ReplicaTarget target,
      TelemetryConsumer telemetry,
      TimeSource time,
      ScheduledExecutorService scheduler) {
    HorizontalAutoscaler autoscaler =
        new HorizontalAutoscaler(app, settings, metrics, target, telemetry, time);
    autoscaler.every(scheduler, settings.interval(), autoscaler::decideAll);
    autoscaler.every(scheduler, settings.reportInterval(), autoscaler::report);
    return autoscaler;
  }

  private void every(ScheduledExecutorService scheduler, Duration period, Runnable task) {
    // A task that throws would silently be the last of its kind.
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "autoscaler", e);
          }
        };
    timers.add(
        scheduler.scheduleAtFixedRate(
            guarded, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** One decision for each service. */
  synchronized void decideAll() {
    if (closed) {
      return;
    }
    Map<String, String> unknown = new TreeMap<>();
    app.services()
        .forEach(
            (service, spec) -> {
              if (scales(spec)) {
                try {
                  Decision decision = decide(service, spec);
                  if (!decision.informed()) {
                    unknown.put(service, decision.reason());
                  }
                } catch (RuntimeException e) {
                  LOG.log(Level.WARNING, "autoscaler: " + service + " could not be scaled", e);
                  unknown.put(service, String.valueOf(e.getMessage()));
                }
              }
            });
    uninformed = unknown;
  }

  private static boolean scales(ServiceSpec spec) {
    return spec.replicas().min() < spec.replicas().max() && isOurs(spec);
  }

  /* What someone else runs, someone else scales. */
  private static boolean isOurs(ServiceSpec spec) {
    return spec.endpoints().isEmpty();
  }

  private Decision decide(String service, ServiceSpec spec) {
    Instant now = time.now();
    int current = target.replicas(service);
    Optional<LatencyReading> latency =
        spec.targets().p95().isPresent() ? metrics.latency(service) : Optional.empty();
    MetricReader.Readings readings =
        reader.read(spec, current, metrics.read(service), latency, now);
    HorizontalScaling scaling = scalings.computeIfAbsent(service, _ -> new HorizontalScaling());
    Decision decision =
        scaling.decide(
            now,
            current,
            spec.replicas().min(),
            spec.replicas().max(),
            readings.readings(),
            settings.behavior());
    if (decision.changes()) {
      target.scale(service, decision.to());
      scaling.carriedOut(now, decision);
      tell(service, decision, readings.dataAge());
    }
    desired.put(service, decision.to());
    return decision;
  }

  private void tell(String service, Decision decision, Duration dataAge) {
    String body =
        "%s: %d → %d replicas: %s"
            .formatted(service, decision.from(), decision.to(), decision.reason());
    LOG.log(Level.INFO, body);
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                LogRecord.INFO,
                Vocabulary.EVENT_SCALE,
                body,
                Attributes.of(
                    Vocabulary.SERVICE,
                    service,
                    "headroom.from",
                    decision.from(),
                    "headroom.to",
                    decision.to(),
                    Vocabulary.REASON,
                    decision.reason(),
                    "headroom.data_age_seconds",
                    dataAge.toMillis() / 1000.0))));
  }

  /* What is wanted of a service that has not been decided on is what it was told to have. */
  private synchronized void report() {
    if (closed) {
      return;
    }
    long now = time.epochNanos();
    long start = now - settings.reportInterval().toNanos();
    List<Metric> gauges = new ArrayList<>();
    app.services()
        .forEach(
            (service, spec) -> {
              if (isOurs(spec)) {
                int replicas =
                    scales(spec)
                        ? desired.computeIfAbsent(service, target::replicas)
                        : spec.replicas().min();
                gauges.add(
                    new Metric.Gauge(
                        Vocabulary.DESIRED_REPLICAS,
                        "{replica}",
                        Attributes.of(Vocabulary.SERVICE, service),
                        RESOURCE,
                        start,
                        now,
                        replicas));
              }
            });
    telemetry.accept(Telemetry.metrics(gauges));
  }

  @Override
  public synchronized void apply(ScaledApp previous, ScaledApp next) {
    app = next;
    scalings.keySet().retainAll(next.services().keySet());
    desired.keySet().retainAll(next.services().keySet());
  }

  @Override
  public String name() {
    return "autoscaler";
  }

  @Override
  public Health check() {
    Map<String, String> unknown = uninformed;
    return unknown.isEmpty()
        ? Health.up()
        : Health.degraded(
            String.join(
                "; ",
                unknown.entrySet().stream()
                    .map(entry -> entry.getKey() + " is not scaled: " + entry.getValue())
                    .toList()));
  }

  @Override
  public void close() {
    timers.forEach(timer -> timer.cancel(false));
    synchronized (this) {
      closed = true;
    }
  }
}

package dev.headroom.autoscaler;

import dev.headroom.autoscaler.SizeUpdates.Update;
import dev.headroom.autoscaler.sizing.SizingRules;
import dev.headroom.autoscaler.sizing.UsageHistory;
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
import dev.headroom.spec.ResourcesSpec.RightSizing;
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
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Recommends what one replica of each service should ask for, from what its replicas used, and
 * applies it as {@code resources.rightSizing} says. It decides; {@link SizeTarget} acts.
 */
public final class VerticalAutoscaler implements Component, Reloadable<ScaledApp> {
  private static final Logger LOG = System.getLogger(VerticalAutoscaler.class.getName());
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom");

  /** What is written in a step has arrived so long after its end. */
  private static final Duration ARRIVAL = Duration.ofSeconds(10);

  private final VerticalSettings settings;
  private final SizingRules rules;
  private final UsageSource usage;
  private final SizeTarget target;
  private final ToDoubleFunction<ReplicaSize> costPerHour;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final List<Future<?>> timers = new ArrayList<>();

  // Guarded by this.
  private final Map<String, UsageHistory> histories = new HashMap<>();
  private final Map<String, Instant> readUntil = new HashMap<>();
  private final Map<String, SizeRecommendation> recommendations = new HashMap<>();
  private ScaledApp app;
  private boolean closed;

  private VerticalAutoscaler(
      ScaledApp app,
      VerticalSettings settings,
      UsageSource usage,
      SizeTarget target,
      ToDoubleFunction<ReplicaSize> costPerHour,
      TelemetryConsumer telemetry,
      TimeSource time) {
    this.app = app;
    this.settings = settings;
    this.rules = SizingRules.defaults().within(settings.day());
    this.usage = usage;
    this.target = target;
    this.costPerHour = costPerHour;
    this.telemetry = telemetry;
    this.time = time;
  }

  /**
   * Starts recommending, with what {@code usage} remembers.
   *
   * @param costPerHour of a replica of a size, USD: {@link NodePool#costPerHour(ReplicaSize)}
   * @param scheduler stays the caller's
   */
  public static VerticalAutoscaler start(
      ScaledApp app,
      VerticalSettings settings,
      UsageSource usage,
      SizeTarget target,
      ToDoubleFunction<ReplicaSize> costPerHour,
      TelemetryConsumer telemetry,
      TimeSource time,
      ScheduledExecutorService scheduler) {
    VerticalAutoscaler autoscaler =
        new VerticalAutoscaler(app, settings, usage, target, costPerHour, telemetry, time);
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
            LOG.log(Level.ERROR, "right-sizing", e);
          }
        };
    timers.add(
        scheduler.scheduleAtFixedRate(
            guarded, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS));
  }

  private synchronized void decideAll() {
    if (closed) {
      return;
    }
    app.services()
        .forEach(
            (service, spec) -> {
              if (spec.endpoints().isEmpty()) {
                learn(service);
                decide(service, spec);
              }
            });
  }

  /* Whole steps only: half of one would be read again as another sample. */
  private void learn(String service) {
    long step = settings.step().toMillis();
    Instant now = time.now();
    Instant to = Instant.ofEpochMilli(now.minus(ARRIVAL).toEpochMilli() / step * step);
    Instant from =
        readUntil.computeIfAbsent(
            service,
            _ -> Instant.ofEpochMilli(to.minus(settings.history()).toEpochMilli() / step * step));
    if (!from.isBefore(to)) {
      return;
    }
    UsageHistory history = histories.computeIfAbsent(service, _ -> new UsageHistory(rules));
    for (UsageSource.Sample sample : usage.samples(service, from, to, settings.step())) {
      history.cpu(sample.instance(), sample.at(), sample.cpuCores());
      history.memory(sample.instance(), sample.at(), sample.memoryBytes());
    }
    for (UsageSource.MemoryKill kill : usage.memoryKills(service, from, to)) {
      history.outOfMemory(kill.instance(), kill.at(), (double) kill.had().bytes());
    }
    history.forget(now.minus(settings.day().multipliedBy(2)));
    readUntil.put(service, to);
  }

  private void decide(String service, ServiceSpec spec) {
    UsageHistory history = histories.get(service);
    if (history == null) {
      return;
    }
    history
        .estimate()
        .filter(estimate -> estimate.confidence() > 0)
        .map(estimate -> SizeRecommendation.of(estimate, spec.resources()))
        .ifPresent(
            recommendation -> {
              recommendations.put(service, recommendation);
              apply(service, spec.resources().rightSizing(), recommendation);
            });
  }

  private void apply(String service, RightSizing mode, SizeRecommendation recommendation) {
    List<SizedReplica> replicas = target.replicas(service);
    if (mode == RightSizing.OFF || replicas.isEmpty()) {
      return;
    }
    target.sizeOfNew(service, recommendation.target());
    if (mode == RightSizing.AUTO) {
      for (Update update : SizeUpdates.of(replicas, recommendation, settings, time.now())) {
        target.resize(
            service, update.replica().instance(), recommendation.target(), update.reason());
        tell(service, update, recommendation.target());
      }
    }
  }

  private void tell(String service, Update update, ReplicaSize to) {
    ReplicaSize from = update.replica().size();
    String body =
        "%s: %s → %s: %s".formatted(update.replica().instance(), from, to, update.reason());
    LOG.log(Level.INFO, body);
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                LogRecord.INFO,
                Vocabulary.EVENT_RESIZE,
                body,
                Attributes.of(
                    Vocabulary.SERVICE,
                    service,
                    Vocabulary.INSTANCE,
                    update.replica().instance(),
                    Vocabulary.REASON,
                    update.reason(),
                    "headroom.cpu.from",
                    from.cpu().cores(),
                    "headroom.cpu.to",
                    to.cpu().cores(),
                    "headroom.memory.from",
                    from.memory().bytes(),
                    "headroom.memory.to",
                    to.memory().bytes(),
                    Vocabulary.SAVING,
                    costPerHour.applyAsDouble(from) - costPerHour.applyAsDouble(to)))));
  }

  private synchronized void report() {
    if (closed) {
      return;
    }
    List<Metric> gauges = new ArrayList<>();
    recommendations.forEach((service, recommendation) -> report(service, recommendation, gauges));
    telemetry.accept(Telemetry.metrics(gauges));
  }

  private void report(String service, SizeRecommendation recommendation, List<Metric> gauges) {
    List<ReplicaSize> sizes = target.replicas(service).stream().map(SizedReplica::size).toList();
    bound(gauges, service, "lower", recommendation.lower());
    bound(gauges, service, "target", recommendation.target());
    bound(gauges, service, "upper", recommendation.upper());
    bound(gauges, service, "uncapped", recommendation.uncapped());
    gauge(
        gauges,
        Vocabulary.SIZING_CONFIDENCE,
        "1",
        Attributes.of(Vocabulary.SERVICE, service),
        recommendation.confidence());
    if (!sizes.isEmpty()) {
      bound(
          gauges,
          service,
          "request",
          sizes.stream().mapToDouble(size -> size.cpu().cores()).average().orElseThrow(),
          sizes.stream().mapToDouble(size -> size.memory().bytes()).average().orElseThrow());
      cost(gauges, service, "now", sizes.stream().mapToDouble(costPerHour).sum());
      cost(
          gauges,
          service,
          "recommended",
          sizes.size() * costPerHour.applyAsDouble(recommendation.target()));
    }
  }

  private void bound(List<Metric> gauges, String service, String bound, ReplicaSize size) {
    bound(gauges, service, bound, size.cpu().cores(), (double) size.memory().bytes());
  }

  private void bound(
      List<Metric> gauges, String service, String bound, double cores, double bytes) {
    Attributes series = Attributes.of(Vocabulary.SERVICE, service, Vocabulary.BOUND, bound);
    gauge(gauges, Vocabulary.SIZING_CPU, "{cpu}", series, cores);
    gauge(gauges, Vocabulary.SIZING_MEMORY, "By", series, bytes);
  }

  private void cost(List<Metric> gauges, String service, String when, double usdPerHour) {
    gauge(
        gauges,
        Vocabulary.SIZING_COST,
        "USD/h",
        Attributes.of(
            Vocabulary.SERVICE, service, Vocabulary.WHEN, when, Vocabulary.SIMULATED, true),
        usdPerHour);
  }

  private void gauge(
      List<Metric> gauges, String name, String unit, Attributes series, double value) {
    long now = time.epochNanos();
    gauges.add(
        new Metric.Gauge(
            name, unit, series, RESOURCE, now - settings.reportInterval().toNanos(), now, value));
  }

  /** Other bounds and modes hold from the next decision; off gives new replicas the document's. */
  @Override
  public synchronized void apply(ScaledApp previous, ScaledApp next) {
    app = next;
    histories.keySet().retainAll(next.services().keySet());
    readUntil.keySet().retainAll(next.services().keySet());
    recommendations.keySet().retainAll(next.services().keySet());
    next.services()
        .forEach(
            (service, spec) -> {
              if (spec.resources().rightSizing() == RightSizing.OFF
                  && !target.replicas(service).isEmpty()) {
                target.sizeOfNew(
                    service, new ReplicaSize(spec.resources().cpu(), spec.resources().memory()));
              }
            });
  }

  @Override
  public String name() {
    return "right-sizing";
  }

  @Override
  public Health check() {
    return Health.up();
  }

  @Override
  public void close() {
    timers.forEach(timer -> timer.cancel(false));
    synchronized (this) {
      closed = true;
    }
  }
}

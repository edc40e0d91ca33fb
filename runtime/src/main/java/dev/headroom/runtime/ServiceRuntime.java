package dev.headroom.runtime;

import dev.headroom.autoscaler.NodePool;
import dev.headroom.autoscaler.VirtualNode;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildProcess;
import dev.headroom.engines.ChildRegistry;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The replicas of all services as child processes: started, placed, watched, restarted, drained and
 * measured. Thread-safe.
 */
public final class ServiceRuntime implements Component, Reloadable<ScaledApp> {
  private static final Logger LOG = System.getLogger(ServiceRuntime.class.getName());
  private static final int SAMPLE_SECONDS = 5;

  /** Starting is the most expensive thing a replica does: so many at once per two cores. */
  private static final int PARALLEL_STARTS = 2;

  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom-runtime");

  private final Map<String, ServiceGroup> groups = new LinkedHashMap<>();
  private final NodePool nodes;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final ScheduledExecutorService sampling;
  private final ProcessSampler sampler = new ProcessSampler();
  private final Map<String, ReplicaUsage> usage = new ConcurrentHashMap<>();

  private ServiceRuntime(NodePool nodes, TelemetryConsumer telemetry, TimeSource time) {
    this.nodes = nodes;
    this.telemetry = telemetry;
    this.time = time;
    this.sampling =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("replica-sampler").daemon(true).factory());
  }

  /**
   * Starts {@code replicas.min} of every service that has a command, and returns without waiting
   * for them: {@link #check()} and {@code endpoints} tell when they are ready.
   */
  public static ServiceRuntime start(
      ScaledApp app,
      ServiceLaunch launch,
      ChildRegistry registry,
      NodePool nodes,
      EndpointListener endpoints,
      Drain drain,
      TelemetryConsumer telemetry,
      TimeSource time) {
    ServiceRuntime runtime = new ServiceRuntime(nodes, telemetry, time);
    Replica.Context context =
        new Replica.Context(
            launch,
            registry,
            nodes,
            drain,
            new Semaphore(PARALLEL_STARTS, true),
            runtime.new Events(),
            time);
    app.services()
        .forEach(
            (name, spec) -> {
              if (runsHere(spec)) {
                runtime.groups.put(
                    name, new ServiceGroup(name, spec, context, endpoints, runtime.new Events()));
              }
            });
    runtime.groups.forEach((name, group) -> group.scale(group.spec().replicas().min()));
    var _ =
        runtime.sampling.scheduleAtFixedRate(
            runtime::measureSafely, SAMPLE_SECONDS, SAMPLE_SECONDS, TimeUnit.SECONDS);
    return runtime;
  }

  private static boolean runsHere(ServiceSpec spec) {
    return !spec.command().isEmpty() && spec.endpoints().isEmpty();
  }

  /**
   * Goes to {@code replicas}, within the service's bounds; returns the number taken.
   *
   * @throws IllegalArgumentException when no such service runs here
   */
  public int scale(String service, int replicas) {
    ServiceGroup group = group(service);
    int within = Math.clamp(replicas, group.spec().replicas().min(), group.spec().replicas().max());
    group.scale(within);
    return within;
  }

  /** How many replicas are wanted now. */
  public int replicas(String service) {
    return group(service).size();
  }

  /** What each replica of {@code service} that stays uses; leaving ones are not in it. */
  public List<ReplicaUsage> usage(String service) {
    List<ReplicaUsage> all = new ArrayList<>();
    for (Replica replica : group(service).all()) {
      if (replica.state() != ReplicaState.DRAINING && replica.state() != ReplicaState.GONE) {
        ReplicaUsage last = usage.get(replica.instance());
        Instant startedAt = replica.process().map(ChildProcess::startedAt).orElse(Instant.EPOCH);
        // What was measured of an earlier process says nothing of this one.
        boolean current = last != null && last.startedAt().equals(startedAt);
        all.add(
            new ReplicaUsage(
                replica.instance(),
                replica.state() == ReplicaState.READY,
                startedAt,
                replica.stateSince(),
                last == null || !current ? Double.NaN : last.cpuCores(),
                last == null || !current ? 0 : last.residentBytes(),
                last == null || !current ? Instant.EPOCH : last.sampledAt()));
      }
    }
    return all;
  }

  private ServiceGroup group(String service) {
    ServiceGroup group = groups.get(service);
    if (group == null) {
      throw new IllegalArgumentException(
          "service: %s (expected: one of %s)".formatted(service, groups.keySet()));
    }
    return group;
  }

  /** New bounds hold at once, a new command or environment from each replica's next start. */
  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    groups.forEach(
        (name, group) -> {
          ServiceSpec spec = next.services().get(name);
          if (spec != null) {
            group.respec(spec);
            scale(name, group.size());
          }
        });
  }

  @Override
  public String name() {
    return "services";
  }

  /** Down while a service has no ready replica, degraded while it has fewer than wanted. */
  @Override
  public Health check() {
    List<String> missing = new ArrayList<>();
    boolean down = false;
    for (Map.Entry<String, ServiceGroup> entry : groups.entrySet()) {
      ServiceGroup group = entry.getValue();
      int wanted = group.size();
      long ready = group.all().stream().filter(r -> r.state() == ReplicaState.READY).count();
      if (ready < wanted) {
        missing.add("%s: %d of %d replicas ready".formatted(entry.getKey(), ready, wanted));
        down |= ready == 0;
      }
    }
    if (missing.isEmpty()) {
      return Health.up();
    }
    String reason = String.join("; ", missing);
    return down ? Health.down(reason) : Health.degraded(reason);
  }

  /* A failed sample must not end the schedule. */
  private void measureSafely() {
    try {
      measure();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "Replicas could not be measured", e);
    }
  }

  private void measure() {
    List<Metric> metrics = new ArrayList<>();
    List<Long> pids = new ArrayList<>();
    Map<String, double[]> perNode = new HashMap<>();
    long now = time.epochNanos();
    for (ServiceGroup group : groups.values()) {
      for (Replica replica : group.all()) {
        Attributes series =
            Attributes.of(
                Vocabulary.SERVICE, replica.service(), Vocabulary.INSTANCE, replica.instance());
        Optional<ChildProcess> process = replica.process();
        metrics.add(gauge(Vocabulary.REPLICA, "1", words(series, replica, process), now, 1));
        if (process.isEmpty()) {
          continue;
        }
        pids.add(process.get().pid());
        sampler
            .sample(process.get().pid())
            .ifPresent(
                sample -> {
                  metrics.add(gauge(Vocabulary.REPLICA_CPU, "{cpu}", series, now, sample.cores()));
                  metrics.add(
                      gauge(
                          Vocabulary.REPLICA_MEMORY,
                          "By",
                          series,
                          now,
                          (double) sample.residentBytes()));
                  usage.put(
                      replica.instance(),
                      new ReplicaUsage(
                          replica.instance(),
                          replica.state() == ReplicaState.READY,
                          process.get().startedAt(),
                          replica.stateSince(),
                          sample.cores(),
                          sample.residentBytes(),
                          time.now()));
                  nodes
                      .nodeOf(replica.instance())
                      .map(VirtualNode::name)
                      .ifPresent(
                          node -> {
                            double[] sum = perNode.computeIfAbsent(node, n -> new double[2]);
                            sum[0] += sample.cores();
                            sum[1] += sample.residentBytes();
                          });
                });
      }
    }
    perNode.forEach(
        (node, sum) -> {
          Attributes series = Attributes.of(Vocabulary.NODE, node);
          metrics.add(gauge(Vocabulary.NODE_CPU_USED, "{cpu}", series, now, sum[0]));
          metrics.add(gauge(Vocabulary.NODE_MEMORY_USED, "By", series, now, sum[1]));
        });
    metrics.add(
        gauge(
            Vocabulary.MACHINE_CPU,
            "{cpu}",
            Attributes.of("headroom.cores", (long) sampler.cores()),
            now,
            sampler.machineCores()));
    sampler.keepOnly(pids);
    telemetry.accept(Telemetry.metrics(metrics));
  }

  private Attributes words(Attributes series, Replica replica, Optional<ChildProcess> process) {
    Map<String, Object> words = new LinkedHashMap<>(series.toMap());
    words.put(Vocabulary.STATE, replica.state().word());
    words.put("headroom.restarts", (long) replica.restarts());
    nodes.nodeOf(replica.instance()).ifPresent(node -> words.put(Vocabulary.NODE, node.name()));
    process.ifPresent(
        child -> {
          words.put("process.pid", child.pid());
          child.spec().ports().stream()
              .findFirst()
              .ifPresent(port -> words.put("server.port", (long) port));
        });
    return Attributes.of(words);
  }

  private static Metric gauge(
      String name, String unit, Attributes attributes, long now, double value) {
    return new Metric.Gauge(name, unit, attributes, RESOURCE, now, now, value);
  }

  /** Drains and ends all replicas at once; gone when it returns. */
  @Override
  public void close() {
    sampling.shutdownNow();
    List<Replica> all = new ArrayList<>();
    for (ServiceGroup group : groups.values()) {
      group.scale(0);
      all.addAll(group.all());
    }
    try {
      for (Replica replica : all) {
        replica.awaitGone();
      }
    } catch (InterruptedException e) {
      all.stream().flatMap(replica -> replica.process().stream()).forEach(ChildProcess::kill);
      Thread.currentThread().interrupt();
    }
  }

  private final class Events implements Replica.Listener {
    @Override
    public void stateChanged(Replica replica) {}

    @Override
    public void event(Replica replica, boolean bad, String what) {
      LOG.log(bad ? Level.WARNING : Level.INFO, replica.instance() + " " + what);
      telemetry.accept(
          Telemetry.event(
              LogRecord.event(
                  time.epochNanos(),
                  bad ? LogRecord.WARN : LogRecord.INFO,
                  Vocabulary.EVENT_REPLICA,
                  replica.instance() + " " + what,
                  Attributes.of(
                      Vocabulary.SERVICE,
                      replica.service(),
                      Vocabulary.INSTANCE,
                      replica.instance()))));
    }
  }
}

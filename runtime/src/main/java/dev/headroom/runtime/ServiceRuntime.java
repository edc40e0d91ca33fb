package dev.headroom.runtime;

import dev.headroom.autoscaler.Evictions;
import dev.headroom.autoscaler.NodePool;
import dev.headroom.autoscaler.ReplicaSize;
import dev.headroom.autoscaler.SizedReplica;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildProcess;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final int LIMIT_SECONDS = 1;

  /** Starting is the most expensive thing a replica does: so many at once per two cores. */
  private static final int PARALLEL_STARTS = 2;

  private final Map<String, ServiceGroup> groups = new LinkedHashMap<>();
  private final ReplicaReports reports;
  private final OutOfMemory outOfMemory = new OutOfMemory();
  private final ScheduledExecutorService sampling =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("replica-sampler").daemon(true).factory());

  private ServiceRuntime(ReplicaReports reports) {
    this.reports = reports;
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
    ServiceRuntime runtime = new ServiceRuntime(new ReplicaReports(nodes, telemetry, time));
    Replica.Context context =
        new Replica.Context(
            launch,
            registry,
            nodes,
            drain,
            new Semaphore(PARALLEL_STARTS, true),
            runtime.outOfMemory,
            runtime.reports,
            time);
    app.services()
        .forEach(
            (name, spec) -> {
              if (runsHere(spec)) {
                runtime.groups.put(
                    name, new ServiceGroup(name, spec, context, endpoints, runtime.reports));
              }
            });
    runtime.groups.forEach((name, group) -> group.scale(group.spec().replicas().min()));
    nodes.evictBy(runtime.new Movers());
    runtime.every(
        SAMPLE_SECONDS,
        guarded(
            "Replicas could not be measured",
            () -> runtime.reports.measure(runtime.groups.values())));
    runtime.every(
        LIMIT_SECONDS,
        guarded("Memory limits could not be enforced", runtime::enforceMemoryLimits));
    return runtime;
  }

  private void every(int seconds, Runnable task) {
    var _ = sampling.scheduleAtFixedRate(task, seconds, seconds, TimeUnit.SECONDS);
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
        Optional<ReplicaUsage> last = reports.last(replica);
        all.add(
            new ReplicaUsage(
                replica.instance(),
                replica.state() == ReplicaState.READY,
                replica.process().map(ChildProcess::startedAt).orElse(Instant.EPOCH),
                replica.stateSince(),
                last.map(ReplicaUsage::cpuCores).orElse(Double.NaN),
                last.map(ReplicaUsage::residentBytes).orElse(0L),
                last.map(ReplicaUsage::sampledAt).orElse(Instant.EPOCH)));
      }
    }
    return all;
  }

  /** What each replica of {@code service} that stays asks for; none when no such runs here. */
  public List<SizedReplica> sizes(String service) {
    ServiceGroup group = groups.get(service);
    return group == null
        ? List.of()
        : group.staying().stream()
            .map(
                replica ->
                    new SizedReplica(
                        replica.instance(),
                        replica.process().map(ChildProcess::startedAt).orElse(Instant.EPOCH),
                        replica.size(),
                        replica.outOfMemoryAfter()))
            .toList();
  }

  /** Replicas of {@code service} that start from now on ask for {@code size}. */
  public void sizeOfNew(String service, ReplicaSize size) {
    group(service).sizeOfNew(size);
  }

  /**
   * Gives one replica another size: in place where its node has the room, else by a successor that
   * is ready before it drains. A limit of the document goes along in proportion.
   */
  public void resize(String service, String instance, ReplicaSize size, String reason) {
    group(service).resize(instance, size, reason);
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
  private static Runnable guarded(String what, Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, what, e);
      }
    };
  }

  private void enforceMemoryLimits() {
    List<Replica> limited =
        groups.values().stream()
            .flatMap(group -> group.all().stream())
            .filter(replica -> replica.memoryLimit().isPresent())
            .toList();
    if (!limited.isEmpty()) {
      ProcessTable table = ProcessTable.read();
      for (Replica replica : limited) {
        ByteSize limit = replica.memoryLimit().orElseThrow();
        replica
            .process()
            .map(child -> table.residentBytes(child.pid()))
            .filter(resident -> resident > limit.bytes())
            .ifPresent(resident -> replica.exceeds(limit, resident));
      }
    }
    outOfMemory.look();
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

  /** What the nodes ask for when one of them goes. */
  private final class Movers implements Evictions {
    @Override
    public void move(List<String> instances, String reason) {
      instances.forEach(instance -> groups.values().forEach(group -> group.move(instance, reason)));
    }

    @Override
    public void lose(List<String> instances, String reason) {
      instances.forEach(instance -> groups.values().forEach(group -> group.lose(instance, reason)));
    }
  }
}

package dev.headroom.runtime;

import dev.headroom.autoscaler.NodePool;
import dev.headroom.autoscaler.VirtualNode;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildProcess;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures replicas, and tells what happens to them. Events may come from any thread, measurements
 * from one at a time.
 */
final class ReplicaReports implements Replica.Listener {
  private static final Logger LOG = System.getLogger(ServiceRuntime.class.getName());
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom-runtime");

  private final NodePool nodes;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final ProcessSampler sampler = new ProcessSampler();
  private final Map<String, ReplicaUsage> usage = new ConcurrentHashMap<>();

  ReplicaReports(NodePool nodes, TelemetryConsumer telemetry, TimeSource time) {
    this.nodes = nodes;
    this.telemetry = telemetry;
    this.time = time;
  }

  /** What was last measured of {@code replica}'s present process. */
  Optional<ReplicaUsage> last(Replica replica) {
    ReplicaUsage last = usage.get(replica.instance());
    return replica
        .process()
        .filter(child -> last != null && last.startedAt().equals(child.startedAt()))
        .map(_ -> last);
  }

  void measure(Collection<ServiceGroup> groups) {
    List<Metric> metrics = new ArrayList<>();
    Map<Long, ProcessSampler.Sample> samples = sampler.sample(pids(groups));
    Map<String, double[]> perNode = new HashMap<>();
    long now = time.epochNanos();
    for (ServiceGroup group : groups) {
      for (Replica replica : group.all()) {
        Attributes series =
            Attributes.of(
                Vocabulary.SERVICE, replica.service(), Vocabulary.INSTANCE, replica.instance());
        Optional<ChildProcess> process = replica.process();
        metrics.add(gauge(Vocabulary.REPLICA, "1", words(series, replica, process), now, 1));
        if (process.isEmpty()) {
          continue;
        }
        Optional.ofNullable(samples.get(process.get().pid()))
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
    telemetry.accept(Telemetry.metrics(metrics));
  }

  private static List<Long> pids(Collection<ServiceGroup> groups) {
    return groups.stream()
        .flatMap(group -> group.all().stream())
        .flatMap(replica -> replica.process().stream())
        .map(ChildProcess::pid)
        .toList();
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

  @Override
  public void stateChanged(Replica replica) {}

  @Override
  public void event(Replica replica, boolean bad, String what) {
    tell(Vocabulary.EVENT_REPLICA, replica, bad, what, Map.of());
  }

  @Override
  public void outOfMemory(Replica replica, String why, long peakBytes) {
    ReplicaUsage before = usage.get(replica.instance());
    long seen = Math.max(peakBytes, before == null ? 0 : before.residentBytes());
    tell(
        Vocabulary.EVENT_OOM,
        replica,
        true,
        "out of memory: " + why,
        Map.of(
            Vocabulary.REASON,
            why,
            "headroom.memory.request",
            replica.size().memory().bytes(),
            "headroom.memory.peak",
            seen));
  }

  private void tell(
      String event, Replica replica, boolean bad, String what, Map<String, Object> more) {
    LOG.log(bad ? Level.WARNING : Level.INFO, replica.instance() + " " + what);
    Map<String, Object> attributes = new LinkedHashMap<>(more);
    attributes.put(Vocabulary.SERVICE, replica.service());
    attributes.put(Vocabulary.INSTANCE, replica.instance());
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                bad ? LogRecord.WARN : LogRecord.INFO,
                event,
                replica.instance() + " " + what,
                Attributes.of(attributes))));
  }
}

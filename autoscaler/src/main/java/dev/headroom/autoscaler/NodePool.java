package dev.headroom.autoscaler;

import dev.headroom.base.Component;
import dev.headroom.base.Durations;
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
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The virtual nodes that replicas run on: simulated machines of real EC2 types, added when nothing
 * fits and given back when they have been empty for a while. The rules are {@code NodePlanner}'s.
 * Thread-safe.
 */
public final class NodePool implements Component, Reloadable<ScaledApp> {
  private static final Logger LOG = System.getLogger(NodePool.class.getName());
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom");

  /** How often it reports, and gives nodes back. */
  static final Duration INTERVAL = Duration.ofSeconds(5);

  private final InstanceTypes catalogue;
  private final Duration emptyFor;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final List<Future<?>> timers = new ArrayList<>();

  // Guarded by this. In the order in which they were added.
  private final Map<String, VirtualNode> nodes = new LinkedHashMap<>();
  private final Map<String, Instant> emptySince = new HashMap<>();
  private final Map<String, String> unplaced = new LinkedHashMap<>();
  private NodePlanner planner;
  private int added;

  private NodePool(
      ScaledApp app,
      InstanceTypes catalogue,
      Duration emptyFor,
      TelemetryConsumer telemetry,
      TimeSource time) {
    this.catalogue = catalogue;
    this.emptyFor = emptyFor;
    this.telemetry = telemetry;
    this.time = time;
    this.planner = NodePlanner.of(app, catalogue);
  }

  /**
   * Starts with {@code nodes.min} empty nodes.
   *
   * @param emptyFor a node beyond the minimum is given back when it has been empty this long
   * @param scheduler stays the caller's
   */
  public static NodePool start(
      ScaledApp app,
      Duration emptyFor,
      TelemetryConsumer telemetry,
      TimeSource time,
      ScheduledExecutorService scheduler) {
    NodePool pool = new NodePool(app, InstanceTypes.bundled(), emptyFor, telemetry, time);
    pool.fillUpToMin();
    pool.timers.add(
        scheduler.scheduleAtFixedRate(pool::tick, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    return pool;
  }

  private void tick() {
    // A task that throws would silently be the last of its kind.
    try {
      consolidate();
      telemetry.accept(Telemetry.metrics(measurements()));
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "node pool", e);
    }
  }

  private synchronized void fillUpToMin() {
    while (nodes.size() < planner.min()) {
      add(planner.standard(), "nodes.min is " + planner.min());
    }
  }

  /**
   * Finds a node for {@code replica}, or adds one; the same answer again for one already placed.
   */
  public synchronized Placement place(ReplicaRequest replica) {
    Optional<VirtualNode> already = nodeOf(replica.instance());
    if (already.isPresent()) {
      return new Placement.Placed(already.get().name());
    }
    Optional<VirtualNode> room = NodePlanner.spread(snapshot(), replica);
    if (room.isPresent()) {
      put(room.get().with(replica));
      keepRoomForAZone(replica);
      return placed(replica, room.get());
    }
    Optional<InstanceType> type = planner.typeFor(replica);
    if (type.isEmpty()) {
      return unplaceable(
          replica,
          "no type of the families %s has room for %s of %s; add a larger family to nodes.families"
              .formatted(
                  String.join(", ", planner.families()),
                  replica.sizeInWords(),
                  replica.instance()));
    }
    if (nodes.size() >= planner.max()) {
      return unplaceable(
          replica,
          "none of the %d nodes has room for %s of %s, and nodes.max is %d; raise nodes.max"
              .formatted(nodes.size(), replica.sizeInWords(), replica.instance(), planner.max()));
    }
    VirtualNode fresh =
        add(
            type.get(),
            "%s asks for %s and no node has room"
                .formatted(replica.instance(), replica.sizeInWords()));
    put(fresh.with(replica));
    keepRoomForAZone(replica);
    return placed(replica, fresh);
  }

  private Placement placed(ReplicaRequest replica, VirtualNode node) {
    unplaced.remove(replica.instance());
    return new Placement.Placed(node.name());
  }

  private Placement unplaceable(ReplicaRequest replica, String reason) {
    unplaced.put(replica.instance(), reason);
    return new Placement.Unplaceable(reason);
  }

  /* A node in a zone with few helps the others; in the lost zone itself it would not, so that one
   * replica can take more than one node. */
  private void keepRoomForAZone(ReplicaRequest replica) {
    InstanceType type = planner.typeFor(replica).orElse(planner.standard());
    while (nodes.size() < planner.max() && !planner.outlivesAZone(snapshot())) {
      add(type, "without a zone, not every replica would have room");
    }
  }

  /** Frees what {@code instance} asked for; nothing when it is not here. */
  public synchronized void remove(String instance) {
    unplaced.remove(instance);
    nodeOf(instance).ifPresent(node -> put(node.without(instance)));
  }

  /**
   * The replica of {@code service} that should go first: of the newest node, so that the newest
   * nodes are the ones that become empty.
   */
  public synchronized Optional<String> removeFirst(String service) {
    return nodes.values().stream()
        .filter(node -> node.replicasOf(service) > 0)
        .reduce((_, newer) -> newer)
        .flatMap(
            node ->
                node.replicas().stream()
                    .filter(replica -> replica.service().equals(service))
                    .reduce((_, newer) -> newer))
        .map(ReplicaRequest::instance);
  }

  /** Gives nodes back that have been empty long enough and that no rule asks for. */
  synchronized void consolidate() {
    Instant now = time.now();
    for (VirtualNode node : snapshot().reversed()) {
      Instant since = emptySince.get(node.name());
      if (since != null
          && nodes.size() > planner.min()
          && !since.plus(emptyFor).isAfter(now)
          && isDispensable(node)) {
        nodes.remove(node.name());
        emptySince.remove(node.name());
        tell(node, "removed", "empty for " + Durations.format(emptyFor));
      }
    }
  }

  private boolean isDispensable(VirtualNode node) {
    List<VirtualNode> rest = new ArrayList<>(nodes.values());
    rest.remove(node);
    return planner.outlivesAZone(rest);
  }

  /** The nodes now, the oldest first. */
  public synchronized List<VirtualNode> nodes() {
    return snapshot();
  }

  /** The node that {@code instance} is placed on. */
  public synchronized Optional<VirtualNode> nodeOf(String instance) {
    return nodes.values().stream()
        .filter(
            node ->
                node.replicas().stream().anyMatch(replica -> replica.instance().equals(instance)))
        .findFirst();
  }

  /** What these nodes would cost at on-demand list prices, USD. */
  public synchronized double costPerHour() {
    return nodes.values().stream().mapToDouble(node -> node.type().pricePerHour()).sum();
  }

  private List<VirtualNode> snapshot() {
    return List.copyOf(nodes.values());
  }

  private VirtualNode add(InstanceType type, String reason) {
    VirtualNode node =
        new VirtualNode("node-" + ++added, type, NodePlanner.emptiestZone(snapshot()), List.of());
    put(node);
    tell(node, "added", reason);
    return node;
  }

  private void put(VirtualNode node) {
    nodes.put(node.name(), node);
    if (node.isEmpty()) {
      emptySince.putIfAbsent(node.name(), time.now());
    } else {
      emptySince.remove(node.name());
    }
  }

  private void tell(VirtualNode node, String what, String reason) {
    String body =
        "%s (%s, %s, simulated) %s: %s"
            .formatted(node.name(), node.type().name(), node.zone(), what, reason);
    LOG.log(Level.DEBUG, body);
    telemetry.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                LogRecord.INFO,
                Vocabulary.EVENT_NODE,
                body,
                attributes(node)
                    .with(Vocabulary.STATE, what)
                    .with(Vocabulary.REASON, reason)
                    .with("host.type", node.type().name()))));
  }

  private static Attributes attributes(VirtualNode node) {
    return Attributes.of(Vocabulary.NODE, node.name(), Vocabulary.SIMULATED, true);
  }

  private List<Metric> measurements() {
    List<Metric> metrics = new ArrayList<>();
    long now = time.epochNanos();
    for (VirtualNode node : nodes()) {
      Attributes attributes = attributes(node);
      metrics.add(
          gauge(
              Vocabulary.NODE_STATE,
              "1",
              Attributes.of(
                  Vocabulary.NODE,
                  node.name(),
                  Vocabulary.STATE,
                  node.isEmpty() ? "empty" : "ready",
                  "host.type",
                  node.type().name(),
                  "cloud.availability_zone",
                  node.zone(),
                  "headroom.capacity_type",
                  "on-demand",
                  "headroom.price",
                  node.type().pricePerHour(),
                  Vocabulary.SIMULATED,
                  true),
              1,
              now));
      metrics.add(
          gauge(
              Vocabulary.NODE_CPU_REQUESTED,
              "{cpu}",
              attributes,
              node.cpuRequested().cores(),
              now));
      metrics.add(
          gauge(
              Vocabulary.NODE_CPU_ALLOCATABLE,
              "{cpu}",
              attributes,
              node.type().allocatableCpu().cores(),
              now));
      metrics.add(
          gauge(
              Vocabulary.NODE_MEMORY_REQUESTED,
              "By",
              attributes,
              node.memoryRequested().bytes(),
              now));
      metrics.add(
          gauge(
              Vocabulary.NODE_MEMORY_ALLOCATABLE,
              "By",
              attributes,
              node.type().allocatableMemory().bytes(),
              now));
    }
    return metrics;
  }

  private static Metric gauge(
      String name, String unit, Attributes attributes, double value, long now) {
    return new Metric.Gauge(name, unit, attributes, RESOURCE, now - INTERVAL.toNanos(), now, value);
  }

  /**
   * Nodes are added up to a raised minimum at once; beyond a lowered maximum they stay until they
   * are empty. Other families count for new nodes.
   */
  @Override
  public synchronized void apply(ScaledApp previous, ScaledApp next) {
    planner = NodePlanner.of(next, catalogue);
    fillUpToMin();
  }

  @Override
  public String name() {
    return "nodes";
  }

  @Override
  public synchronized Health check() {
    return unplaced.isEmpty()
        ? Health.up()
        : Health.degraded(String.join("; ", Set.copyOf(unplaced.values())));
  }

  @Override
  public void close() {
    timers.forEach(timer -> timer.cancel(false));
  }
}

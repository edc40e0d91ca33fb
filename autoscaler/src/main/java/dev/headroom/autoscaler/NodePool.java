package dev.headroom.autoscaler;

import dev.headroom.autoscaler.VirtualNode.Phase;
import dev.headroom.base.Component;
import dev.headroom.base.Durations;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.spec.NodesSpec.ConsolidationPolicy;
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
import org.jspecify.annotations.Nullable;

/**
 * The virtual nodes that replicas run on: simulated machines of real EC2 types, rented when nothing
 * fits, given back when they are not needed, and, where they are spot capacity, taken away. The
 * rules are {@code NodePlanner}'s and {@code Consolidation}'s. Thread-safe.
 */
public final class NodePool implements Component, Reloadable<ScaledApp> {
  /* A node is ready until it is to go: draining when we give it back, interrupted when it is taken
   * away. One that is going takes no replicas and does not count towards nodes.min and nodes.max;
   * it is gone once it is empty, or, interrupted, at the end of its notice. */

  private static final Logger LOG = System.getLogger(NodePool.class.getName());

  /** How often it reports, and gives nodes back. */
  static final Duration INTERVAL = Duration.ofSeconds(5);

  /** A node whose replicas have not moved by then stays. */
  private static final Duration DRAIN_BOUND = Duration.ofMinutes(5);

  private final InstanceTypes catalogue;
  private final NodePoolSettings settings;
  private final NodeReports reports;
  private final TimeSource time;
  private final List<Future<?>> timers = new ArrayList<>();

  // Guarded by this. In the order in which they were added.
  private final Map<String, VirtualNode> nodes = new LinkedHashMap<>();
  private final Map<String, String> nodeOf = new HashMap<>();
  private final SpotMarket market = new SpotMarket();

  /** When a replica last came to a node or left it. */
  private final Map<String, Instant> changedAt = new HashMap<>();

  private final Map<String, Going> going = new HashMap<>();
  private final Map<String, String> unplaced = new LinkedHashMap<>();
  private NodePlanner planner;
  private ConsolidationPolicy policy;
  private Duration consolidateAfter;
  private @Nullable Evictions evictions;
  private int added;

  /** Why a node goes, and until when it may take. */
  private record Going(String reason, double saving, Instant deadline) {}

  NodePool(
      ScaledApp app,
      InstanceTypes catalogue,
      NodePoolSettings settings,
      TelemetryConsumer telemetry,
      TimeSource time) {
    this.catalogue = catalogue;
    this.settings = settings;
    this.reports = new NodeReports(telemetry, time);
    this.time = time;
    this.planner = NodePlanner.of(app, catalogue);
    this.policy = app.nodes().consolidationPolicy();
    this.consolidateAfter = app.nodes().consolidateAfter();
    fillUpToMin();
  }

  /**
   * Starts with {@code nodes.min} empty nodes.
   *
   * @param scheduler stays the caller's
   */
  public static NodePool start(
      ScaledApp app,
      NodePoolSettings settings,
      TelemetryConsumer telemetry,
      TimeSource time,
      ScheduledExecutorService scheduler) {
    NodePool pool = new NodePool(app, InstanceTypes.bundled(), settings, telemetry, time);
    pool.timers.add(
        scheduler.scheduleAtFixedRate(
            pool::tickSafely, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    return pool;
  }

  /** From now on nodes that carry replicas may go: {@code by} moves them. */
  public synchronized void evictBy(Evictions by) {
    evictions = by;
  }

  private void tickSafely() {
    // A task that throws would silently be the last of its kind.
    try {
      tick();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "node pool", e);
    }
  }

  /** One step: what is over, what is empty, what is taken away, what is hardly used. */
  void tick() {
    List<Runnable> moves = new ArrayList<>();
    synchronized (this) {
      finish(moves);
      giveBackEmpty();
      interruptSome(moves);
      consolidate(moves);
      reports.measured(snapshot(), planner.fixedFleet());
    }
    // Outside the lock: who moves replicas asks for places.
    moves.forEach(Runnable::run);
  }

  private void fillUpToMin() {
    while (ready() < planner.min()) {
      add(planner.standard(), "nodes.min is " + planner.min());
    }
  }

  private long ready() {
    return nodes.values().stream().filter(VirtualNode::isReady).count();
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
      return placed(replica, room.get());
    }
    Optional<InstanceType> type = planner.typeFor(replica);
    if (type.isEmpty()) {
      return unplaceable(
          replica,
          "no type of the families %s has room for %s of %s; add a larger family to nodes.families"
              .formatted(
                  String.join(", ", planner.families()), replica.size(), replica.instance()));
    }
    if (ready() >= planner.max()) {
      return unplaceable(
          replica,
          "none of the %d nodes has room for %s of %s, and nodes.max is %d; raise nodes.max"
              .formatted(ready(), replica.size(), replica.instance(), planner.max()));
    }
    VirtualNode fresh =
        add(
            type.get(),
            "%s asks for %s and no node has room".formatted(replica.instance(), replica.size()));
    return placed(replica, fresh);
  }

  private Placement placed(ReplicaRequest replica, VirtualNode node) {
    put(node.with(replica));
    nodeOf.put(replica.instance(), node.name());
    unplaced.remove(replica.instance());
    keepRoomForAZone(replica);
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
    while (ready() < planner.max() && !planner.outlivesAZone(snapshot())) {
      add(type, "without a zone, not every replica would have room");
    }
  }

  /**
   * Gives a placed replica another size where it is. False when its node has not the room, or it is
   * on none; then nothing has changed.
   */
  public synchronized boolean resize(String instance, ReplicaSize size) {
    Optional<VirtualNode> node = nodeOf(instance);
    if (node.isEmpty()) {
      return false;
    }
    VirtualNode rest = node.get().without(instance);
    String service =
        node.get().replicas().stream()
            .filter(replica -> replica.instance().equals(instance))
            .findFirst()
            .orElseThrow()
            .service();
    ReplicaRequest resized = new ReplicaRequest(instance, service, size);
    if (!rest.takes(resized)) {
      return false;
    }
    put(rest.with(resized));
    keepRoomForAZone(resized);
    return true;
  }

  /** Frees what {@code instance} asked for; nothing when it is not here. */
  public synchronized void remove(String instance) {
    unplaced.remove(instance);
    nodeOf(instance).ifPresent(node -> put(node.without(instance)));
    nodeOf.remove(instance);
  }

  /**
   * Takes a node away as a provider takes back spot capacity: its replicas move, and what is left
   * on it at the end of the notice is lost.
   *
   * @throws IllegalArgumentException when there is no such node, or it is going already
   */
  public void interrupt(String name) {
    List<Runnable> moves = new ArrayList<>();
    synchronized (this) {
      VirtualNode node = nodes.get(name);
      if (node == null || !node.isReady()) {
        throw new IllegalArgumentException(
            "node: %s (expected: a ready one of %s)".formatted(name, nodes.keySet()));
      }
      interrupt(node, moves);
    }
    moves.forEach(Runnable::run);
  }

  private void interrupt(VirtualNode node, List<Runnable> moves) {
    String reason = node.name() + " is being taken away";
    let(node, Phase.INTERRUPTED, new Going(reason, 0, time.now().plus(settings.notice())));
    market.taken(node.type(), node.zone(), time.now());
    reports.interrupted(node, settings.notice());
    fillUpToMin();
    move(node, reason, moves);
  }

  private void let(VirtualNode node, Phase go, Going why) {
    nodes.put(node.name(), node.in(go));
    going.put(node.name(), why);
  }

  private void move(VirtualNode node, String reason, List<Runnable> moves) {
    Evictions by = evictions;
    if (by != null && !node.isEmpty()) {
      moves.add(() -> by.move(instancesOn(node), reason));
    }
  }

  private static List<String> instancesOn(VirtualNode node) {
    return node.replicas().stream().map(ReplicaRequest::instance).toList();
  }

  /* Of the nodes that are going: those that are empty, and those whose time is over. */
  private void finish(List<Runnable> moves) {
    for (VirtualNode node : snapshot()) {
      Going why = going.get(node.name());
      if (why != null) {
        boolean over = !why.deadline.isAfter(time.now());
        if (node.phase() == Phase.INTERRUPTED && (over || node.isEmpty())) {
          forget(node);
          reports.taken(node);
          reports.removed(node, why.reason);
          lose(node, why.reason, moves);
        } else if (node.phase() == Phase.DRAINING && node.isEmpty()) {
          forget(node);
          reports.consolidation(node, "done", why.reason, why.saving);
          reports.removed(node, why.reason);
        } else if (node.phase() == Phase.DRAINING && over) {
          going.remove(node.name());
          nodes.put(node.name(), node.in(Phase.READY));
          reports.consolidation(
              node,
              "abandoned",
              "its replicas had not moved after " + Durations.format(DRAIN_BOUND),
              why.saving);
        }
      }
    }
    fillUpToMin();
  }

  private void lose(VirtualNode node, String reason, List<Runnable> moves) {
    Evictions by = evictions;
    if (by != null && !node.isEmpty()) {
      moves.add(() -> by.lose(instancesOn(node), reason));
    }
  }

  private void forget(VirtualNode node) {
    nodes.remove(node.name());
    nodeOf.keySet().removeAll(instancesOn(node));
    changedAt.remove(node.name());
    going.remove(node.name());
  }

  /* Nobody is disrupted: no budget, all that are not asked for at once. */
  private void giveBackEmpty() {
    for (VirtualNode node : snapshot().reversed()) {
      if (node.isReady()
          && node.isEmpty()
          && isQuiet(node)
          && ready() > planner.min()
          && isDispensable(node)) {
        forget(node);
        String reason = "empty for " + Durations.format(consolidateAfter);
        reports.consolidation(node, "done", reason, node.pricePerHour());
        reports.removed(node, reason);
      }
    }
  }

  private boolean isQuiet(VirtualNode node) {
    Instant since = changedAt.getOrDefault(node.name(), Instant.EPOCH);
    return !since.plus(consolidateAfter).isAfter(time.now());
  }

  private boolean isDispensable(VirtualNode node) {
    List<VirtualNode> rest = new ArrayList<>(nodes.values());
    rest.remove(node);
    return planner.outlivesAZone(rest);
  }

  private void interruptSome(List<Runnable> moves) {
    List<VirtualNode> spot =
        nodes.values().stream()
            .filter(node -> node.isReady() && node.capacity() == Capacity.SPOT)
            .toList();
    if (settings.interruptionEvery().isEmpty() || spot.isEmpty()) {
      return;
    }
    // A Poisson process, looked at once per interval.
    double expected = (double) INTERVAL.toMillis() / settings.interruptionEvery().get().toMillis();
    if (settings.random().nextDouble() < 1 - Math.exp(-expected)) {
      interrupt(spot.get(settings.random().nextInt(spot.size())), moves);
    }
  }

  private void consolidate(List<Runnable> moves) {
    if (policy != ConsolidationPolicy.WHEN_EMPTY_OR_UNDERUTILIZED || evictions == null) {
      return;
    }
    Consolidation.decide(snapshot(), this::isQuiet, planner, this::offer)
        .ifPresent(
            decision -> {
              VirtualNode node = decision.node();
              let(
                  node,
                  Phase.DRAINING,
                  new Going(decision.reason(), decision.saving(), time.now().plus(DRAIN_BOUND)));
              reports.consolidation(node, "started", decision.reason(), decision.saving());
              decision.replacement().ifPresent(offer -> add(offer, "instead of " + node.inWords()));
              move(node, decision.reason(), moves);
            });
  }

  /** The nodes now, the oldest first. */
  public synchronized List<VirtualNode> nodes() {
    return snapshot();
  }

  /** The node that {@code instance} is placed on. */
  public synchronized Optional<VirtualNode> nodeOf(String instance) {
    return Optional.ofNullable(nodeOf.get(instance)).map(nodes::get);
  }

  /** What these nodes would cost, USD: at list prices, spot capacity at modelled ones. */
  public synchronized double costPerHour() {
    return nodes.values().stream().mapToDouble(VirtualNode::pricePerHour).sum();
  }

  /** What the fleet of fixed size would cost that this one is compared with, USD at list prices. */
  public synchronized double fixedCostPerHour() {
    return planner.fixedFleet().costPerHour();
  }

  /**
   * What a replica of this size costs, USD per hour: the share of a standard node on demand that
   * nobody else can use then.
   */
  public synchronized double costPerHour(ReplicaSize size) {
    InstanceType standard = planner.standard();
    double cpu = (double) size.cpu().millicores() / standard.allocatableCpu().millicores();
    double memory = (double) size.memory().bytes() / standard.allocatableMemory().bytes();
    return standard.pricePerHour() * Math.max(cpu, memory);
  }

  private List<VirtualNode> snapshot() {
    return List.copyOf(nodes.values());
  }

  private Offer offer(InstanceType atLeast, List<VirtualNode> beside) {
    return planner.offer(atLeast, beside, market, time.now());
  }

  private VirtualNode add(InstanceType atLeast, String reason) {
    return add(offer(atLeast, snapshot()), reason);
  }

  private VirtualNode add(Offer offer, String reason) {
    VirtualNode node = VirtualNode.of("node-" + ++added, offer);
    put(node);
    reports.added(node, reason);
    return node;
  }

  private void put(VirtualNode node) {
    nodes.put(node.name(), node);
    changedAt.put(node.name(), time.now());
  }

  /**
   * Nodes are added up to a raised minimum at once; beyond a lowered maximum they stay until they
   * are empty. Other families and another share of spot capacity count for new nodes.
   */
  @Override
  public synchronized void apply(ScaledApp previous, ScaledApp next) {
    planner = NodePlanner.of(next, catalogue);
    policy = next.nodes().consolidationPolicy();
    consolidateAfter = next.nodes().consolidateAfter();
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

package dev.headroom.autoscaler;

import dev.headroom.autoscaler.CapacityPlan.Step;
import dev.headroom.autoscaler.ReplicaReading.Measured;
import dev.headroom.autoscaler.ReplicaReading.Phase;
import dev.headroom.base.TimeSource;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;

/**
 * The autoscaler with a modelled service and a clock that jumps from decision to decision. Moves
 * from one node to another take no time here. Not thread-safe.
 */
final class PlanSimulation {
  private static final int PROGRESS_EVERY = 1000;

  private final TrafficTrace trace;
  private final PlanAssumptions assumptions;
  private final String service;
  private final ServiceSpec spec;
  private final ReplicaSize size;
  private final ServiceModel model;
  private final SimulatedTime time;
  private final NodePool nodes;
  private final HorizontalAutoscaler autoscaler;
  private final double fixedCostPerHour;

  /** When each replica begins to serve, by number. */
  private final TreeMap<Integer, Instant> servesFrom = new TreeMap<>();

  private ServiceModel.Step last = new ServiceModel.Step(0, 0, 0, 0, 0);
  private double lastRequestsPerSecond;
  private int moves;

  PlanSimulation(
      ScaledApp app,
      String service,
      ServiceSpec spec,
      TrafficTrace trace,
      PlanAssumptions assumptions) {
    this.trace = trace;
    this.assumptions = assumptions;
    this.service = service;
    this.spec = spec;
    this.size = new ReplicaSize(spec.resources().cpu(), spec.resources().memory());
    this.model = new ServiceModel(assumptions, size);
    this.time = new SimulatedTime(trace.start());
    this.nodes = new NodePool(app, InstanceTypes.bundled(), NodePoolSettings.calm(), _ -> {}, time);
    this.fixedCostPerHour = nodes.fixedCostPerHour();
    nodes.evictBy(new Mover());
    app.services()
        .forEach(
            (other, its) -> {
              if (!other.equals(service) && its.endpoints().isEmpty()) {
                placeMin(other, its);
              }
            });
    this.autoscaler =
        new HorizontalAutoscaler(
            app,
            AutoscalerSettings.defaults().withBehavior(assumptions.scaling()),
            new Metrics(),
            new Target(),
            _ -> {},
            time);
    grow(spec.replicas().min(), trace.start());
  }

  private void placeMin(String other, ServiceSpec its) {
    for (int i = 1; i <= its.replicas().min(); i++) {
      nodes.place(
          new ReplicaRequest(
              other + "-" + i, other, its.resources().cpu(), its.resources().memory()));
    }
  }

  CapacityPlan run(DoubleConsumer progress) {
    TrafficTrace.Reader traffic = trace.new Reader();
    long count = Math.max(1, trace.length().dividedBy(CapacityPlan.STEP));
    List<Step> steps = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      Instant begin = time.now();
      double requestsPerSecond = traffic.requestsPerSecond(begin);
      int ready = ready(begin);
      last = model.step(requestsPerSecond, ready, (double) CapacityPlan.STEP.toSeconds());
      lastRequestsPerSecond = requestsPerSecond;
      time.advance(CapacityPlan.STEP);
      autoscaler.decideAll();
      nodes.tick();
      List<VirtualNode> now = nodes.nodes();
      steps.add(
          new Step(
              begin,
              requestsPerSecond,
              ready,
              servesFrom.size(),
              now.size(),
              (int) now.stream().filter(node -> node.capacity() == Capacity.SPOT).count(),
              last.p95(),
              nodes.costPerHour(),
              last.backlog()));
      if (i % PROGRESS_EVERY == 0) {
        progress.accept((double) i / count);
      }
    }
    return new CapacityPlan(
        service, spec.targets().p95().orElse(CapacityPlan.DEFAULT_TARGET), steps, fixedCostPerHour);
  }

  private int ready(Instant now) {
    return (int) servesFrom.values().stream().filter(from -> !from.isAfter(now)).count();
  }

  /* The first ones are there already; one without a node never serves. */
  private void grow(int to, Instant from) {
    for (int number = 1; servesFrom.size() < to; number++) {
      if (!servesFrom.containsKey(number)) {
        boolean placed = nodes.place(request(number)) instanceof Placement.Placed;
        servesFrom.put(number, placed ? from : Instant.MAX);
      }
    }
  }

  private ReplicaRequest request(int number) {
    return new ReplicaRequest(service + "-" + number, service, size);
  }

  private final class Target implements ReplicaTarget {
    @Override
    public int replicas(String name) {
      return name.equals(service) ? servesFrom.size() : 0;
    }

    @Override
    public void scale(String name, int replicas) {
      while (servesFrom.size() > replicas) {
        int leaving = servesFrom.pollLastEntry().getKey();
        nodes.nodes().stream()
            .flatMap(node -> node.replicas().stream())
            .filter(replica -> replica.service().equals(service) && number(replica) == leaving)
            .map(ReplicaRequest::instance)
            .forEach(nodes::remove);
      }
      grow(replicas, time.now().plus(assumptions.startup()));
    }
  }

  /* A replica that has moved is web-3~17: the seventeenth move. */
  private int number(ReplicaRequest replica) {
    String number = replica.instance().substring(service.length() + 1);
    return Integer.parseInt(number.replaceAll("~.*", ""));
  }

  private final class Mover implements Evictions {
    @Override
    public void move(List<String> instances, String reason) {
      for (String instance : instances) {
        nodes
            .nodeOf(instance)
            .flatMap(
                node ->
                    node.replicas().stream().filter(r -> r.instance().equals(instance)).findFirst())
            .ifPresent(
                replica -> {
                  String moved = instance.replaceAll("~.*", "") + "~" + ++moves;
                  nodes.place(new ReplicaRequest(moved, replica.service(), replica.size()));
                  nodes.remove(instance);
                });
      }
    }

    @Override
    public void lose(List<String> instances, String reason) {
      move(instances, reason);
    }
  }

  private final class Metrics implements ReplicaMetrics {
    @Override
    public List<ReplicaReading> read(String name) {
      if (!name.equals(service)) {
        return List.of();
      }
      Instant now = time.now();
      List<ReplicaReading> readings = new ArrayList<>();
      servesFrom.forEach(
          (number, from) -> {
            boolean serves = !from.isAfter(now);
            Instant started = from.equals(Instant.MAX) ? now : from.minus(assumptions.startup());
            Optional<Measured> nothing = Optional.empty();
            readings.add(
                new ReplicaReading(
                    service + "-" + number,
                    serves ? Phase.RUNNING : Phase.PENDING,
                    started,
                    serves,
                    serves ? from : started,
                    serves ? measured(last.cpuCores()) : nothing,
                    serves ? measured(last.inFlight()) : nothing));
          });
      return readings;
    }

    private Optional<Measured> measured(double value) {
      return Optional.of(new Measured(value, time.now(), CapacityPlan.STEP));
    }

    @Override
    public Optional<LatencyReading> latency(String name) {
      long nanos = (long) Math.min((double) Duration.ofHours(1).toNanos(), last.p95() * 1e9);
      return Optional.of(
          new LatencyReading(
              Duration.ofNanos(nanos),
              Math.round(lastRequestsPerSecond * CapacityPlan.STEP.toSeconds()),
              time.now(),
              CapacityPlan.STEP));
    }
  }

  /** A clock that goes when it is told to. */
  private static final class SimulatedTime implements TimeSource {
    private Instant now;

    SimulatedTime(Instant start) {
      this.now = start;
    }

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public long nanoTime() {
      return epochNanos();
    }
  }
}

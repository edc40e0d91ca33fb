package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.autoscaler.VirtualNode.Phase;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.NodesSpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that go while they carry replicas: consolidated by us, or taken away. */
class NodeDisruptionTest {
  private static final Duration NOTICE = Duration.ofSeconds(30);

  private final FakeTime time = new FakeTime();
  private final ManualScheduler scheduler = new ManualScheduler(time);
  private final List<LogRecord> events = new ArrayList<>();
  private final List<Metric> gauges = new ArrayList<>();
  private int movedReplicas;

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void aShareOfTheNodesIsSpotCapacityAndCheaper() {
    NodePool pool = start(Apps.nodes(6, 18, 70, "m7i", "c7i"), NodePoolSettings.calm());

    assertThat(pool.nodes()).hasSize(6);
    assertThat(count(pool, Capacity.SPOT)).isEqualTo(4);
    assertThat(pool.nodes().stream().filter(n -> n.capacity() == Capacity.SPOT))
        .allSatisfy(
            node ->
                assertThat(node.pricePerHour() / node.type().pricePerHour()).isBetween(0.3, 0.7));
    assertThat(
            pool.nodes().stream()
                .filter(node -> node.capacity() == Capacity.ON_DEMAND)
                .map(VirtualNode::zone))
        .as("not two of the zones without anything on demand that could have some")
        .doesNotHaveDuplicates();
    assertThat(pool.nodes().stream().collect(Collectors.groupingBy(VirtualNode::zone)))
        .allSatisfy((_, nodes) -> assertThat(nodes).hasSize(2));
  }

  @Test
  void whatItCostsIsTheSumOfThePricesAndIsComparedWithTheFleetForThePeak() {
    NodePool pool = start(Apps.nodes(6, 18, 70, "m7i", "c7i"), NodePoolSettings.calm());
    scheduler.advance(Duration.ofSeconds(1));

    double sum = pool.nodes().stream().mapToDouble(VirtualNode::pricePerHour).sum();
    assertThat(pool.costPerHour()).isCloseTo(sum, Offset.offset(1e-9));
    assertThat(last(Vocabulary.NODES_COST, "spot") + last(Vocabulary.NODES_COST, "on-demand"))
        .isCloseTo(sum, Offset.offset(1e-9));
    // 24 replicas, three to a c7i.large, and half as many nodes again for a lost zone.
    assertThat(pool.fixedCostPerHour()).isCloseTo(12 * 0.08925, Offset.offset(1e-9));
    assertThat(gauges)
        .filteredOn(gauge -> gauge.name().equals(Vocabulary.NODES_BASELINE_COST))
        .last()
        .satisfies(
            gauge ->
                assertThat(gauge.attributes().toMap())
                    .containsEntry("headroom.nodes", 12L)
                    .containsEntry("host.type", "c7i.large")
                    .containsEntry(Vocabulary.SIMULATED, true));
  }

  @Test
  void anUnderusedNodeIsGivenBackWhenItsReplicasFitElsewhere() {
    NodePool pool = start(Apps.nodes(1, 18, "c7i"), NodePoolSettings.calm());
    grow(pool, 12);
    assertThat(pool.nodes()).hasSize(4);
    evict(pool, true);
    // Every node keeps one of three: two nodes are enough.
    for (int i = 1; i <= 12; i++) {
      String instance = "web-" + i;
      if (pool.nodeOf(instance).orElseThrow().replicas().size() > 1) {
        pool.remove(instance);
      }
    }
    scheduler.advance(Duration.ofSeconds(25));
    assertThat(pool.nodes()).as("still as it was").hasSize(4);

    scheduler.advance(Duration.ofMinutes(5));
    assertThat(pool.nodes()).hasSize(2);
    assertThat(pool.nodes().stream().mapToInt(node -> node.replicas().size()).sum()).isEqualTo(4);
    assertThat(movedReplicas).isEqualTo(2);
    assertThat(events(Vocabulary.EVENT_CONSOLIDATION))
        .allSatisfy(
            event ->
                assertThat(event.attributes().toMap())
                    .containsEntry(Vocabulary.SAVING, 0.08925)
                    .containsEntry(Vocabulary.SIMULATED, true));
    assertThat(events(Vocabulary.EVENT_CONSOLIDATION).getFirst().body())
        .contains("its 1 replicas fit on the other 3 nodes; saves 0.0893 USD/h");
  }

  @Test
  void whenEmptyMeansOnlyThen() {
    NodesSpec spec =
        new NodesSpec(
            1,
            18,
            new dev.headroom.base.Percent(0),
            List.of("c7i"),
            NodesSpec.ConsolidationPolicy.WHEN_EMPTY,
            Duration.ofSeconds(30));
    NodePool pool = start(spec, NodePoolSettings.calm());
    grow(pool, 6);
    evict(pool, true);
    for (String instance : List.of("web-1", "web-2", "web-4", "web-5")) {
      pool.remove(instance);
    }
    scheduler.advance(Duration.ofMinutes(10));
    assertThat(pool.nodes()).hasSize(2);
    assertThat(movedReplicas).isZero();
  }

  @Test
  void anOnDemandNodeIsReplacedByACheaperOneBeforeItsReplicasMove() {
    ScaledApp before = document(Apps.nodes(2, 18, 0, "c7i"));
    NodePool pool = start(before, NodePoolSettings.calm());
    grow(pool, 6);
    evict(pool, true);
    double costBefore = pool.costPerHour();

    pool.apply(before, document(Apps.nodes(2, 18, 70, "c7i")));
    scheduler.advance(Duration.ofMinutes(10));

    assertThat(count(pool, Capacity.SPOT)).isEqualTo(1);
    assertThat(pool.nodes()).hasSize(2);
    assertThat(pool.costPerHour()).isLessThan(costBefore);
    assertThat(events(Vocabulary.EVENT_NODE))
        .anySatisfy(event -> assertThat(event.body()).contains("added: instead of node-"));
  }

  @Test
  void consolidationKeepsTheMinimumAndRoomForALostZone() {
    NodePool pool = start(Apps.nodes(6, 18, "c7i"), NodePoolSettings.calm());
    grow(pool, 24);
    evict(pool, true);
    for (int i = 9; i <= 24; i++) {
      pool.remove("web-" + i);
    }
    scheduler.advance(Duration.ofMinutes(20));
    assertThat(pool.nodes()).hasSize(6);
    assertThat(pool.nodes()).allMatch(VirtualNode::isReady);
    assertThat(pool.nodes().stream().mapToInt(node -> node.replicas().size()).sum()).isEqualTo(8);
  }

  @Test
  void aNodeWhoseReplicasDoNotMoveStays() {
    NodePool pool = start(Apps.nodes(1, 18, "c7i"), NodePoolSettings.calm());
    grow(pool, 6);
    evict(pool, false);
    for (String instance : List.of("web-1", "web-2", "web-4", "web-5")) {
      pool.remove(instance);
    }
    scheduler.advance(Duration.ofSeconds(40));
    assertThat(pool.nodes()).extracting(VirtualNode::phase).contains(Phase.DRAINING);
    assertThat(pool.place(web(7))).isInstanceOf(Placement.Placed.class);
    assertThat(pool.nodeOf("web-7").orElseThrow().phase()).isEqualTo(Phase.READY);

    scheduler.advance(Duration.ofMinutes(5));
    assertThat(events(Vocabulary.EVENT_CONSOLIDATION))
        .anySatisfy(event -> assertThat(event.body()).contains("abandoned"));
  }

  @Test
  void anInterruptedNodeIsReplacedItsReplicasMoveAndTheRestIsLost() {
    NodePool pool = start(Apps.nodes(3, 18, 70, "c7i"), notice(Optional.empty()));
    grow(pool, 6);
    evict(pool, false);
    VirtualNode victim =
        pool.nodes().stream().filter(n -> n.capacity() == Capacity.SPOT).findFirst().orElseThrow();
    List<String> lost = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    pool.evictBy(
        new Evictions() {
          @Override
          public void move(List<String> instances, String reason) {
            asked.addAll(instances);
            // One makes it in time.
            String first = instances.getFirst();
            assertThat(pool.place(replica(first + "-b"))).isInstanceOf(Placement.Placed.class);
            pool.remove(first);
          }

          @Override
          public void lose(List<String> instances, String reason) {
            lost.addAll(instances);
          }
        });

    pool.interrupt(victim.name());
    assertThat(asked).hasSize(victim.replicas().size());
    assertThat(pool.nodes()).hasSize(4);
    assertThatThrownBy(() -> pool.interrupt(victim.name()))
        .isInstanceOf(IllegalArgumentException.class);

    scheduler.advance(NOTICE.minusSeconds(1));
    assertThat(lost).isEmpty();
    scheduler.advance(Duration.ofSeconds(6));
    assertThat(lost).containsExactlyElementsOf(asked.subList(1, asked.size()));
    assertThat(pool.nodes()).extracting(VirtualNode::name).doesNotContain(victim.name());
    assertThat(events(Vocabulary.EVENT_INTERRUPTION))
        .extracting(event -> event.attributes().text(Vocabulary.STATE).orElse(""))
        .containsExactly("noticed", "over");
    assertThat(events(Vocabulary.EVENT_INTERRUPTION).getFirst().body())
        .contains("is taken away in 30s, shortened from EC2's 2m");
  }

  @Test
  void whatWasTakenAwayIsNotRentedAgainAtOnce() {
    NodePool pool = start(Apps.nodes(3, 18, 70, "c7i"), notice(Optional.empty()));
    VirtualNode victim =
        pool.nodes().stream().filter(n -> n.capacity() == Capacity.SPOT).findFirst().orElseThrow();
    pool.interrupt(victim.name());
    VirtualNode instead = pool.nodes().getLast();
    assertThat(instead.zone()).isEqualTo(victim.zone());
    assertThat(instead.type().name() + instead.capacity())
        .isNotEqualTo(victim.type().name() + victim.capacity());
  }

  @Test
  void interruptionsComeAsOftenAsTheyAreSaidTo() {
    NodePool pool = start(Apps.nodes(6, 18, 70, "c7i"), notice(Optional.of(Duration.ofMinutes(5))));
    evict(pool, true);
    scheduler.advance(Duration.ofHours(10));
    long noticed =
        events(Vocabulary.EVENT_INTERRUPTION).stream()
            .filter(event -> event.attributes().text(Vocabulary.STATE).orElse("").equals("noticed"))
            .count();
    assertThat(noticed).as("120 are expected").isBetween(85L, 155L);
  }

  /* Replicas come, go and change size, nodes are taken away: every replica stays on exactly one
   * node or is told why not, and no node gives more than it has. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void nobodyIsForgotten(long seed) {
    Random random = new Random(seed);
    NodePool pool =
        start(
            Apps.nodes(random.nextInt(1, 7), 30, random.nextInt(101), "c7i", "m7i"),
            new NodePoolSettings(Optional.of(Duration.ofMinutes(1)), NOTICE, random));
    evict(pool, true);
    List<String> here = new ArrayList<>();
    for (int step = 0; step < 400; step++) {
      switch (random.nextInt(3)) {
        case 0 -> {
          String instance = "web-" + step;
          if (pool.place(replica(instance)) instanceof Placement.Placed) {
            here.add(instance);
          }
        }
        case 1 -> {
          if (!here.isEmpty()) {
            String instance = here.remove(random.nextInt(here.size()));
            pool.nodes().stream()
                .flatMap(node -> node.replicas().stream())
                .map(ReplicaRequest::instance)
                .filter(i -> i.equals(instance) || i.startsWith(instance + "'"))
                .forEach(pool::remove);
          }
        }
        default -> {
          if (!here.isEmpty()) {
            pool.resize(
                here.get(random.nextInt(here.size())),
                new ReplicaSize(
                    new Cpu(random.nextInt(100, 1500)),
                    ByteSize.mebibytes(random.nextInt(64, 1024))));
          }
        }
      }
      scheduler.advance(Duration.ofSeconds(random.nextInt(8)));
      List<String> placed =
          pool.nodes().stream()
              .flatMap(node -> node.replicas().stream())
              .map(replica -> replica.instance().replaceAll("'", ""))
              .toList();
      assertThat(placed).containsExactlyInAnyOrderElementsOf(here);
      assertThat(pool.nodes())
          .allMatch(node -> node.cpuRequested().compareTo(node.type().allocatableCpu()) <= 0)
          .allMatch(node -> node.memoryRequested().compareTo(node.type().allocatableMemory()) <= 0);
      assertThat(pool.nodes().stream().filter(VirtualNode::isReady).count()).isBetween(1L, 30L);
    }
  }

  @Test
  void aReplicaThatNoLongerFitsIsNotResizedInPlace() {
    NodePool pool = start(Apps.nodes(1, 18, "c7i"), NodePoolSettings.calm());
    grow(pool, 3);
    assertThat(pool.resize("web-1", new ReplicaSize(new Cpu(900), ByteSize.mebibytes(512))))
        .as("1900m of 1930m")
        .isTrue();
    assertThat(pool.resize("web-2", new ReplicaSize(new Cpu(600), ByteSize.mebibytes(512))))
        .isFalse();
    assertThat(pool.resize("web-9", new ReplicaSize(new Cpu(100), ByteSize.mebibytes(64))))
        .isFalse();
    assertThat(pool.nodeOf("web-1").orElseThrow().cpuRequested()).isEqualTo(new Cpu(1900));
  }

  private double last(String metric, String capacity) {
    return gauges.stream()
        .filter(gauge -> gauge.name().equals(metric))
        .filter(
            gauge -> gauge.attributes().text(Vocabulary.CAPACITY_TYPE).orElse("").equals(capacity))
        .reduce((_, later) -> later)
        .map(gauge -> ((Metric.Gauge) gauge).value())
        .orElseThrow();
  }

  private List<LogRecord> events(String name) {
    return events.stream().filter(event -> event.eventName().equals(name)).toList();
  }

  private static long count(NodePool pool, Capacity capacity) {
    return pool.nodes().stream().filter(node -> node.capacity() == capacity).count();
  }

  /* Moves at once, under another name; or not at all. */
  private void evict(NodePool pool, boolean moves) {
    pool.evictBy(
        new Evictions() {
          @Override
          public void move(List<String> instances, String reason) {
            if (moves) {
              instances.forEach(
                  instance -> {
                    if (pool.place(replica(instance + "'")) instanceof Placement.Placed) {
                      pool.remove(instance);
                      movedReplicas++;
                    }
                  });
            }
          }

          @Override
          public void lose(List<String> instances, String reason) {
            instances.forEach(
                instance ->
                    assertThat(pool.place(replica(instance + "'")))
                        .isInstanceOf(Placement.Placed.class));
          }
        });
  }

  private static void grow(NodePool pool, int to) {
    for (int i = 1; i <= to; i++) {
      assertThat(pool.place(web(i))).isInstanceOf(Placement.Placed.class);
    }
  }

  private static ReplicaRequest web(int number) {
    return replica("web-" + number);
  }

  private static ReplicaRequest replica(String instance) {
    return new ReplicaRequest(instance, "web", new Cpu(500), ByteSize.mebibytes(512));
  }

  private static NodePoolSettings notice(Optional<Duration> every) {
    return new NodePoolSettings(every, NOTICE, new Random(7));
  }

  private NodePool start(NodesSpec nodes, NodePoolSettings settings) {
    return start(document(nodes), settings);
  }

  private NodePool start(ScaledApp app, NodePoolSettings settings) {
    return NodePool.start(
        app,
        settings,
        batch -> {
          events.addAll(batch.logs());
          gauges.addAll(batch.metrics());
        },
        time,
        scheduler);
  }

  private static ScaledApp document(NodesSpec nodes) {
    return Apps.app(Map.of("web", Apps.service(8, 24, Apps.noTargets(), "500m", "512Mi")), nodes);
  }
}

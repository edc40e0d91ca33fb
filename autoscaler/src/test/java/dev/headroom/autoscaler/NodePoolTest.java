package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.autoscaler.Placement.Placed;
import dev.headroom.autoscaler.Placement.Unplaceable;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import dev.headroom.base.Health;
import dev.headroom.base.UserError;
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
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodePoolTest {
  private final FakeTime time = new FakeTime();
  private final ManualScheduler scheduler = new ManualScheduler(time);
  private final List<LogRecord> events = new ArrayList<>();
  private final List<Metric> gauges = new ArrayList<>();

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void theCasesDocumentGoesFromSixNodesUpAndBackToSix() {
    try (NodePool pool = start(document(Apps.nodes(6, 18, "m7i", "c7i")))) {
      grow(pool, 1, 8);
      assertThat(pool.nodes()).hasSize(6);
      assertThat(pool.nodes()).allMatch(node -> node.type().name().equals("c7i.large"));
      assertThat(pool.costPerHour()).isCloseTo(6 * 0.08925, Offset.offset(1e-9));
      assertThat(pool.nodes()).noneMatch(VirtualNode::isEmpty);

      grow(pool, 9, 24);
      assertThat(pool.nodes()).hasSizeBetween(12, 18);
      assertOutlivesAnyZone(pool);

      for (int i = 24; i > 8; i--) {
        pool.remove("web-" + i);
      }
      scheduler.advance(Duration.ofSeconds(29));
      assertThat(pool.nodes()).hasSizeGreaterThan(6);
      scheduler.advance(Duration.ofSeconds(6));
      assertThat(pool.nodes()).hasSize(6);
      assertOutlivesAnyZone(pool);
    }
  }

  @Test
  void nodesAndReplicasAreSpreadOverZones() {
    try (NodePool pool = start(document(Apps.nodes(6, 18, "c7i")))) {
      grow(pool, 1, 9);

      assertThat(pool.nodes().stream().collect(Collectors.groupingBy(VirtualNode::zone)))
          .hasSize(3)
          .allSatisfy(
              (_, nodes) -> {
                assertThat(nodes).hasSize(2);
                assertThat(nodes.stream().mapToLong(node -> node.replicasOf("web")).sum())
                    .isEqualTo(3);
              });
    }
  }

  @Test
  void withoutAMinimumOfNodesPacksTightly() {
    try (NodePool pool = start(document(Apps.nodes(1, 18, "c7i")))) {
      grow(pool, 1, 24);

      assertThat(pool.nodes()).as("three of 500m on a c7i.large with 1930m").hasSize(8);
    }
  }

  @Test
  void theStandardNodeIsLargeEnoughForThePeakWithinMax() {
    try (NodePool pool = start(document(Apps.nodes(1, 2, "c7i", "m7i")))) {
      grow(pool, 1, 24);

      assertThat(pool.nodes()).hasSize(2);
      assertThat(pool.nodes()).allMatch(node -> node.type().name().equals("c7i.2xlarge"));
    }
  }

  @Test
  void placingTwiceIsPlacingOnce() {
    try (NodePool pool = start(document(Apps.nodes(1, 18, "c7i")))) {
      Placement first = pool.place(web(1));

      assertThat(pool.place(web(1))).isEqualTo(first).isEqualTo(new Placed("node-1"));
      assertThat(pool.nodes().get(0).replicas()).hasSize(1);
    }
  }

  @Test
  void whatCannotBePlacedSaysWhy() {
    try (NodePool pool = start(document(Apps.nodes(1, 1, "c7i")))) {
      assertThat(pool.place(replica("huge-1", "huge", 200_000, 512)))
          .isEqualTo(
              new Unplaceable(
                  "no type of the families c7i has room for 200 CPU, 512Mi of huge-1;"
                      + " add a larger family to nodes.families"));
      for (int i = 1; pool.place(web(i)) instanceof Placed; i++) {}
      assertThat(pool.place(web(99)))
          .isEqualTo(
              new Unplaceable(
                  "none of the 1 nodes has room for 500m CPU, 512Mi of web-99,"
                      + " and nodes.max is 1; raise nodes.max"));
      assertThat(pool.check()).isInstanceOf(Health.Degraded.class);
    }
  }

  @Test
  void anUnknownFamilyIsAUsersError() {
    assertThatThrownBy(() -> start(document(Apps.nodes(1, 18, "c7y"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("spec.nodes.families: c7y")
        .hasMessageContaining("did you mean c7");
  }

  @Test
  void everythingItReportsIsLabelledSimulated() {
    try (NodePool pool = start(document(Apps.nodes(2, 18, "c7i")))) {
      pool.place(web(1));
      scheduler.advance(Duration.ofSeconds(1));

      assertThat(gauges).hasSize(2 * 5 + 2 + 1);
      assertThat(gauges)
          .allMatch(gauge -> Boolean.TRUE.equals(gauge.attributes().get(Vocabulary.SIMULATED)));
      assertThat(events)
          .allMatch(event -> Boolean.TRUE.equals(event.attributes().get(Vocabulary.SIMULATED)));
      assertThat(
              gauges.stream()
                  .filter(gauge -> gauge.name().equals(Vocabulary.NODE_STATE))
                  .map(gauge -> gauge.attributes().toMap()))
          .first()
          .satisfies(
              attributes ->
                  assertThat(attributes)
                      .containsEntry("host.type", "c7i.large")
                      .containsEntry("cloud.availability_zone", "us-east-1a")
                      .containsEntry("headroom.price", 0.08925));
    }
  }

  @Test
  void aNewDocumentRaisesTheMinimumAtOnce() {
    ScaledApp before = document(Apps.nodes(1, 18, "c7i"));
    try (NodePool pool = start(before)) {
      pool.apply(before, document(Apps.nodes(4, 18, "m7i")));

      assertThat(pool.nodes())
          .extracting(node -> node.type().family())
          .containsExactly("c7i", "m7i", "m7i", "m7i");
    }
  }

  /* Whatever comes and goes: no node beyond what it can give, no more nodes than allowed, and each
   * replica is on one node or told why not. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void neverGivesMoreThanThereIs(long seed) {
    Random random = new Random(seed);
    NodesSpec spec = Apps.nodes(random.nextInt(1, 7), random.nextInt(7, 30), "c7g", "m7g", "r7i");
    try (NodePool pool = start(document(spec))) {
      List<String> placed = new ArrayList<>();
      int refused = 0;
      for (int step = 0; step < 600; step++) {
        if (!placed.isEmpty() && random.nextInt(3) == 0) {
          pool.remove(placed.remove(random.nextInt(placed.size())));
        } else {
          ReplicaRequest request =
              replica(
                  "r-" + step,
                  "service-" + random.nextInt(4),
                  50L * random.nextInt(1, 60),
                  64L * random.nextInt(1, 120));
          switch (pool.place(request)) {
            case Placed(String node) -> {
              placed.add(request.instance());
              assertThat(pool.nodeOf(request.instance()).orElseThrow().name()).isEqualTo(node);
            }
            case Unplaceable(String reason) -> {
              refused++;
              assertThat(reason).contains("nodes.");
              assertThat(pool.nodes()).noneMatch(node -> node.fits(request));
            }
          }
        }
        scheduler.advance(Duration.ofSeconds(random.nextInt(3)));
        List<VirtualNode> nodes = pool.nodes();
        assertThat(nodes).hasSizeBetween(spec.min(), spec.max());
        assertThat(nodes)
            .allMatch(node -> node.cpuRequested().compareTo(node.type().allocatableCpu()) <= 0)
            .allMatch(
                node -> node.memoryRequested().compareTo(node.type().allocatableMemory()) <= 0)
            .allMatch(node -> node.replicas().size() <= node.type().maxPods());
      }
      List<String> here =
          pool.nodes().stream()
              .flatMap(node -> node.replicas().stream())
              .map(ReplicaRequest::instance)
              .toList();
      assertThat(here).containsExactlyInAnyOrderElementsOf(placed);
      assertThat(refused).isLessThan(600);
    }
  }

  private static void assertOutlivesAnyZone(NodePool pool) {
    for (String zone : NodePlanner.ZONES) {
      List<VirtualNode> left =
          pool.nodes().stream().filter(node -> !node.zone().equals(zone)).toList();
      List<ReplicaRequest> lost =
          pool.nodes().stream()
              .filter(node -> node.zone().equals(zone))
              .flatMap(node -> node.replicas().stream())
              .toList();
      long free =
          left.stream()
              .mapToLong(
                  node ->
                      (node.type().allocatableCpu().millicores() - node.cpuRequested().millicores())
                          / 500)
              .sum();
      assertThat(free).as("room without " + zone).isGreaterThanOrEqualTo(lost.size());
    }
    assertThat(pool.nodes().stream().map(VirtualNode::zone).collect(Collectors.toSet()))
        .isEqualTo(Set.copyOf(NodePlanner.ZONES));
  }

  private static void grow(NodePool pool, int from, int to) {
    for (int i = from; i <= to; i++) {
      assertThat(pool.place(web(i))).isInstanceOf(Placed.class);
    }
  }

  private static ReplicaRequest web(int number) {
    return replica("web-" + number, "web", 500, 512);
  }

  private static ReplicaRequest replica(
      String instance, String service, long millicores, long mebibytes) {
    return new ReplicaRequest(
        instance, service, new Cpu(millicores), ByteSize.mebibytes(mebibytes));
  }

  private NodePool start(ScaledApp app) {
    return NodePool.start(
        app,
        NodePoolSettings.calm(),
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

package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.autoscaler.CapacityPlan.Step;
import dev.headroom.base.UserError;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CapacityPlanTest {
  /* 5 ms on a core: 100 requests/s fill the 500m of a replica. */
  private static final PlanAssumptions ASSUMPTIONS = assumptions(5);

  private static PlanAssumptions assumptions(int cpuMillis) {
    return new PlanAssumptions(
        Duration.ofMillis(cpuMillis),
        Duration.ofMillis(120),
        Duration.ofSeconds(30),
        ScalingBehavior.defaults());
  }

  /* Kept here: the log manager forgets loggers that nobody holds. */
  private static final Logger LOG = Logger.getLogger(HorizontalAutoscaler.class.getName());

  @BeforeEach
  void quiet() {
    LOG.setLevel(Level.WARNING);
  }

  @AfterEach
  void loud() {
    LOG.setLevel(null);
  }

  @Test
  void quietTrafficStaysAtTheMinimum() {
    CapacityPlan plan = plan(app(8, 24), steady(160, 60));
    assertThat(plan.steps()).allMatch(step -> step.ready() == 8 && step.nodes() == 6);
    assertThat(plan.shareOverTarget()).isZero();
    assertThat(plan.cost()).isCloseTo(6 * 0.08925, Offset.offset(0.01));
  }

  @Test
  void threeTimesTheUsersGrowReplicasAndNodesThenShrinkAgain() {
    TrafficTrace trace =
        TrafficTrace.parse("t.csv", "0,240\n3600,240\n4500,400\n9000,400\n9900,160\n20000,160\n");
    CapacityPlan plan = plan(app(8, 24), trace.times(3));

    int peak = plan.steps().stream().mapToInt(Step::ready).max().orElseThrow();
    assertThat(peak).isBetween(14, 24);
    assertThat(plan.steps().stream().mapToInt(Step::nodes).max().orElseThrow()).isGreaterThan(6);
    assertThat(plan.steps().getLast().ready()).isLessThan(peak);
    assertThat(plan.shareOverTarget()).isLessThan(0.05);
    assertThat(plan.cost()).isLessThan(plan.fixedCost());
  }

  @Test
  void moreThanTheMaximumCanServeWaitsInLineAndDoesNotHold() {
    CapacityPlan plan = plan(app(8, 24), steady(3600, 60));
    assertThat(plan.steps().getLast().ready()).isEqualTo(24);
    assertThat(plan.steps().getLast().waiting()).isGreaterThan(1000);
    assertThat(plan.shareOverTarget()).isGreaterThan(0.9);
  }

  @Test
  void aFortnightOfALoadBalancer() throws IOException {
    CapacityPlan plan = plan(app(8, 24), elb().withPeak(1200));

    assertThat(plan.steps()).hasSizeGreaterThan(80_000);
    assertThat(plan.steps())
        .allMatch(step -> step.desired() >= 8 && step.desired() <= 24)
        .allMatch(step -> step.nodes() <= 18 + 1);
    assertThat(plan.cost()).isLessThan(plan.fixedCost() * 0.75);
  }

  @Test
  void theSamePlanTwice() {
    TrafficTrace trace = TrafficTrace.parse("t.csv", "0,100\n1800,2000\n5400,50\n");
    assertThat(plan(app(8, 24), trace)).isEqualTo(plan(app(8, 24), trace));
  }

  @Test
  void onlyAServiceThatAnswersHttpCanBePlannedFor() {
    assertThatThrownBy(
            () -> CapacityPlan.of(app(8, 24), "mailer", steady(1, 60), ASSUMPTIONS, _ -> {}))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("(expected: one of [web])");
  }

  @Test
  void theModelKeepsToItsOwnLaws() {
    ServiceModel model =
        new ServiceModel(
            assumptions(20),
            new ReplicaSize(
                new dev.headroom.base.Cpu(500), dev.headroom.base.ByteSize.mebibytes(512)));
    ServiceModel.Step idle = model.step(0.001, 8, 15);
    assertThat(idle.p95()).as("as assumed").isCloseTo(0.120, Offset.offset(0.001));

    ServiceModel.Step half = model.step(100, 8, 15);
    assertThat(half.cpuCores()).as("100/s at 20 ms on 8").isCloseTo(0.25, Offset.offset(1e-9));
    assertThat(half.p95()).as("half full: its CPU part doubles").isBetween(0.22, 0.26);

    ServiceModel.Step full = model.step(300, 8, 15);
    assertThat(full.served()).isCloseTo(200 * 15, Offset.offset(1e-6));
    assertThat(full.backlog()).isCloseTo(100 * 15, Offset.offset(1e-6));
    assertThat(full.cpuCores()).isCloseTo(0.5, Offset.offset(1e-9));

    ServiceModel.Step after = model.step(100, 8, 15);
    assertThat(after.backlog()).as("100/s to spare").isCloseTo(0, Offset.offset(1e-6));
  }

  private static CapacityPlan plan(ScaledApp app, TrafficTrace trace) {
    return CapacityPlan.of(app, "web", trace, ASSUMPTIONS, _ -> {});
  }

  private static TrafficTrace steady(double requestsPerSecond, int minutes) {
    return TrafficTrace.parse(
        "t.csv", "0,%s\n%d,%s\n".formatted(requestsPerSecond, minutes * 60L, requestsPerSecond));
  }

  private static ScaledApp app(int min, int max) {
    return Apps.app(
        Map.of(
            "web",
            Apps.service(
                min, max, Apps.targets(OptionalInt.of(70), OptionalInt.empty()), "500m", "512Mi"),
            "mailer",
            Apps.worker(1, 1)),
        Apps.nodes(6, 18, "m7i", "c7i"));
  }

  private static TrafficTrace elb() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            CapacityPlanTest.class.getResourceAsStream("traces/nab_elb_request_count.csv"))) {
      return TrafficTrace.parse("elb", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}

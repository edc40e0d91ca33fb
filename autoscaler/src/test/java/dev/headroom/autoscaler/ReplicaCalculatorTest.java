package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.autoscaler.Pod.Readiness;
import dev.headroom.autoscaler.Pod.Sample;
import dev.headroom.autoscaler.PodGroups.CpuWarmUp;
import dev.headroom.autoscaler.Vectors.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplicaCalculatorTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final CpuWarmUp WARM_UP =
      new CpuWarmUp(Duration.ofMinutes(2), Duration.ofSeconds(10));

  static Stream<Row> pods() {
    return Vectors.read("hpa-pods.csv").stream();
  }

  static Stream<Row> objects() {
    return Vectors.read("hpa-object.csv").stream();
  }

  @ParameterizedTest
  @MethodSource("pods")
  void upstreamsPodTable(Row row) {
    List<Pod> pods = new ArrayList<>();
    long[] usage = row.numbers("usageMilli");
    long[] requests = row.numbers("requestsMilli");
    String states = row.text("states");
    for (int i = 0; i < states.length(); i++) {
      pods.add(pod(states.charAt(i), requests[i], i < usage.length ? usage[i] : -1));
    }
    Tolerance tolerance =
        new Tolerance(row.decimal("toleranceDown", 0.1), row.decimal("toleranceUp", 0.1));
    boolean share = row.text("kind").equals("util");
    Proposal proposal =
        (share
                ? ReplicaCalculator.utilization(
                    row.number("current"),
                    row.number("target"),
                    PodGroups.ofCpu(pods, NOW, WARM_UP),
                    tolerance)
                : ReplicaCalculator.average(
                    row.number("current"),
                    row.number("target"),
                    PodGroups.ofOther(pods),
                    tolerance))
            .orElseThrow();

    assertThat(proposal.replicas()).isEqualTo(row.number("expected"));
    assertThat(proposal.observed()).isEqualTo(row.number("observed"));
  }

  @ParameterizedTest
  @MethodSource("objects")
  void upstreamsObjectTable(Row row) {
    Tolerance tolerance = new Tolerance(0.1, row.decimal("toleranceUp", 0.1));
    if (row.text("type").equals("Value")) {
      assertThat(
              ReplicaCalculator.value(
                  row.number("current"),
                  row.number("ready"),
                  row.number("metric"),
                  row.number("target"),
                  tolerance))
          .isEqualTo(row.number("expected"));
    } else {
      Proposal proposal =
          ReplicaCalculator.averageValue(
              row.number("current"), row.number("metric"), row.number("target"), tolerance);
      assertThat(proposal.replicas()).isEqualTo(row.number("expected"));
      assertThat(proposal.observed()).isEqualTo(row.number("observed"));
    }
  }

  @Test
  void everyVectorIsThere() {
    assertThat(pods()).hasSize(20);
    assertThat(objects()).hasSize(8);
  }

  @Test
  void saysHowTheNumberCameAbout() {
    List<Pod> pods = Stream.generate(() -> pod('R', 0, 4800)).limit(8).toList();

    assertThat(ReplicaCalculator.average(8, 3000, PodGroups.ofOther(pods), new Tolerance(0.1, 0.1)))
        .contains(new Proposal(13, 4800, "ceil(8×4.8/3) = 13"));
  }

  @Test
  void nothingIsKnownWithoutSamplesOrRequests() {
    Tolerance tolerance = new Tolerance(0.1, 0.1);
    PodGroups unmeasured = PodGroups.ofOther(List.of(pod('R', 1000, -1)));
    PodGroups greedy = PodGroups.ofOther(List.of(pod('R', 0, 500)));

    assertThat(ReplicaCalculator.utilization(1, 50, unmeasured, tolerance)).isEmpty();
    assertThat(ReplicaCalculator.average(1, 50, unmeasured, tolerance)).isEmpty();
    assertThat(ReplicaCalculator.utilization(1, 50, greedy, tolerance)).isEmpty();
  }

  /* TestGroupPods of replica_calculator_test.go, as facts autoscaling 1.2 tell it. */
  @Test
  void cpuOfAYoungPodCountsAfterAWholeReadyWindow() {
    Instant started = NOW.minusSeconds(90);
    Sample fresh = new Sample(10, NOW, MINUTE);

    assertThat(cpuCounts(started, new Readiness(true, NOW.minusSeconds(61)), fresh)).isTrue();
    assertThat(cpuCounts(started, new Readiness(true, NOW.minusSeconds(59)), fresh)).isFalse();
    assertThat(cpuCounts(started, new Readiness(false, NOW.minusSeconds(61)), fresh)).isFalse();
  }

  @Test
  void cpuOfAnOldPodCountsUnlessItWasNeverReady() {
    Instant started = NOW.minusSeconds(600);
    Sample fresh = new Sample(10, NOW, MINUTE);

    assertThat(cpuCounts(started, new Readiness(false, NOW.minusSeconds(30)), fresh)).isTrue();
    assertThat(cpuCounts(started, new Readiness(false, started.plusSeconds(5)), fresh)).isFalse();
    assertThat(cpuCounts(started, new Readiness(true, started.plusSeconds(5)), fresh)).isTrue();
  }

  private static boolean cpuCounts(Instant started, Readiness readiness, Sample sample) {
    Pod pod = new Pod(false, false, started, readiness, sample, 1000);
    return PodGroups.ofCpu(List.of(pod), NOW, WARM_UP).measured().contains(pod);
  }

  private static Pod pod(char state, long request, long usage) {
    boolean ready = state == 'R';
    Instant started = ready ? NOW.minus(Duration.ofHours(1)) : NOW.minusSeconds(30);
    return new Pod(
        state == 'F' || state == 'D',
        state == 'P',
        started,
        new Readiness(ready, started),
        usage < 0 ? null : new Sample(usage, NOW, MINUTE),
        request);
  }
}

package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.autoscaler.HorizontalScaling.Decision;
import dev.headroom.autoscaler.HorizontalScaling.Reading;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HorizontalScalingTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Reading UNKNOWN = new Reading("CPU: no sample", Optional.empty());

  private final HorizontalScaling scaling = new HorizontalScaling();

  @Test
  void theMetricThatAsksForMostWins() {
    Decision decision = decide(8, asking("CPU", 9), asking("in-flight", 12));

    assertThat(decision.to()).isEqualTo(12);
    assertThat(decision.reason()).startsWith("in-flight");
  }

  @Test
  void goesUpButNotDownOnPartOfTheMetrics() {
    assertThat(decide(8, UNKNOWN, asking("in-flight", 12)).to()).isEqualTo(12);

    Decision down = decide(12, UNKNOWN, asking("in-flight", 8));
    assertThat(down.to()).isEqualTo(12);
    assertThat(down.informed()).isFalse();
    assertThat(down.reason()).contains("no sample");
  }

  @Test
  void doesNothingWithoutMetrics() {
    assertThat(decide(8, UNKNOWN)).isEqualTo(new Decision(8, 8, "CPU: no sample", false));
  }

  @Test
  void boundsNeedNoMetrics() {
    assertThat(decide(30).to()).isEqualTo(24);
    assertThat(decide(2).to()).isEqualTo(8);
    assertThat(decide(0).to()).isZero();
  }

  @Test
  void theReasonSaysWhatHeldTheNumberBack() {
    assertThat(decide(8, asking("in-flight", 40)).reason())
        .isEqualTo("in-flight → working, limited to 16 by 4 replicas per 15s or 100% per 15s");
    assertThat(decide(16, asking("in-flight", 40)).reason())
        .endsWith("limited to 24 by replicas.max");
  }

  @Test
  void theRateCountsWhatWasCarriedOut() {
    Decision first = decide(8, asking("in-flight", 40));
    scaling.carriedOut(NOW, first);

    Decision second = decideAt(NOW.plusSeconds(5), 16, asking("in-flight", 40));
    assertThat(second.to()).isEqualTo(16);
    assertThat(decideAt(NOW.plusSeconds(15), 16, asking("in-flight", 40)).to()).isEqualTo(24);
  }

  private Decision decide(int current, Reading... readings) {
    return decideAt(NOW, current, readings);
  }

  private Decision decideAt(Instant at, int current, Reading... readings) {
    return scaling.decide(at, current, 8, 24, List.of(readings), ScalingBehavior.defaults());
  }

  private static Reading asking(String metric, int replicas) {
    return new Reading(metric, Optional.of(new Proposal(replicas, 0, "working")));
  }
}

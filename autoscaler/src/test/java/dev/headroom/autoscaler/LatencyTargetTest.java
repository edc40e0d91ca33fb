package dev.headroom.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.autoscaler.HorizontalScaling.Reading;
import dev.headroom.autoscaler.ReplicaReading.Measured;
import dev.headroom.autoscaler.ReplicaReading.Phase;
import dev.headroom.base.Percent;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.TargetsSpec;
import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** {@code targets.p95: 250ms}. */
class LatencyTargetTest {
  private static final Duration WINDOW = Duration.ofSeconds(30);

  private final Instant now = new FakeTime().now();
  private final MetricReader reader = new MetricReader(AutoscalerSettings.defaults());
  private Instant lastReady = now.minus(Duration.ofHours(1));
  private boolean allReady = true;

  @Test
  void slowAnswersAskForReplicasByHpasFormula() {
    Reading p95 = p95(latency(400, 900, 3));

    assertThat(p95.inWords()).isEqualTo("p95 400 ms, target 250 ms");
    assertThat(p95.proposal().orElseThrow())
        .isEqualTo(new Proposal(13, 400, "ceil(8×400/250) = 13"));
  }

  @Test
  void fastAnswersNeedFewer() {
    assertThat(p95(latency(100, 900, 3)).proposal().orElseThrow().replicas()).isEqualTo(4);
  }

  @Test
  void nearTheTargetNothingChanges() {
    assertThat(p95(latency(270, 900, 3)).proposal().orElseThrow().replicas()).isEqualTo(8);
  }

  @Test
  void whatWasMeasuredBeforeTheNewestReplicaTookPartAsksForNoMore() {
    lastReady = now.minusSeconds(20);
    assertThat(p95(latency(400, 900, 3)).proposal().orElseThrow())
        .isEqualTo(new Proposal(8, 400, "no change until all have taken part"));
    assertThat(p95(latency(100, 900, 3)).proposal().orElseThrow().replicas())
        .as("but for fewer it may")
        .isEqualTo(4);

    lastReady = now.minusSeconds(33);
    assertThat(p95(latency(400, 900, 3)).proposal().orElseThrow().replicas()).isEqualTo(13);

    allReady = false;
    assertThat(p95(latency(400, 900, 3)).proposal().orElseThrow().replicas()).isEqualTo(8);
  }

  @Test
  void ofAFewRequestsItHasNoSay() {
    assertThat(read(latency(4000, 19, 3)).readings()).hasSize(1);
    assertThat(read(latency(0, 0, 3)).readings()).hasSize(1);
  }

  @Test
  void oldFiguresAreAsGoodAsNone() {
    assertThat(p95(latency(400, 900, 20)).proposal()).isPresent();
    assertThat(p95(latency(400, 900, 21)).proposal()).isEmpty();
    assertThat(p95(Optional.empty()).inWords()).isEqualTo("p95: not measured within 20s");
  }

  @Test
  void theAgeOfTheDecisionIsThatOfTheOldestFigure() {
    assertThat(read(latency(400, 900, 12)).dataAge()).isEqualTo(Duration.ofSeconds(12));
  }

  @Test
  void withItAloneCpuIsWatchedToo() {
    assertThat(read(latency(400, 900, 3)).readings())
        .extracting(Reading::inWords)
        .first()
        .asString()
        .startsWith("CPU");
  }

  private Reading p95(Optional<LatencyReading> latency) {
    return read(latency).readings().getLast();
  }

  private MetricReader.Readings read(Optional<LatencyReading> latency) {
    ServiceSpec web =
        Apps.service(
            2,
            24,
            new TargetsSpec(
                Optional.of(Duration.ofMillis(250)),
                Optional.<Percent>empty(),
                OptionalInt.empty()),
            "500m",
            "512Mi");
    List<ReplicaReading> replicas = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      boolean last = i == 8;
      replicas.add(
          new ReplicaReading(
              "web-" + i,
              Phase.RUNNING,
              now.minus(Duration.ofHours(1)),
              !last || allReady,
              last ? lastReady : now.minus(Duration.ofHours(1)),
              Optional.of(new Measured(0.2, now, WINDOW)),
              Optional.empty()));
    }
    return reader.read(web, 8, replicas, latency, now);
  }

  private Optional<LatencyReading> latency(long p95, long requests, int secondsAgo) {
    return Optional.of(
        new LatencyReading(Duration.ofMillis(p95), requests, now.minusSeconds(secondsAgo), WINDOW));
  }
}

package dev.headroom.autoscaler.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class UsageHistoryTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  private static final double MIB = 1 << 20;

  private final UsageHistory history = new UsageHistory(SizingRules.defaults());

  @Test
  void saysNothingBeforeItHasSeenBoth() {
    assertThat(history.estimate()).isEmpty();
    history.cpu("web-1", T0, 0.2);
    assertThat(history.estimate()).isEmpty();
    history.memory("web-1", T0, 300 * MIB);
    assertThat(history.estimate()).isPresent();
  }

  @Test
  void aWeekOfSteadyUseComesToPercentilePlusMargin() {
    Random random = new Random(1);
    for (int minute = 0; minute < 7 * 1440; minute++) {
      for (int replica = 1; replica <= 3; replica++) {
        Instant at = T0.plus(Duration.ofMinutes(minute));
        history.cpu("web-" + replica, at, 0.4 + 0.2 * random.nextDouble());
        history.memory("web-" + replica, at, (380 + 20 * random.nextDouble()) * MIB);
      }
    }
    Estimate estimate = history.estimate().orElseThrow();
    // Buckets are 5 % wide, and the end of one is what is told.
    assertThat(estimate.target().cores()).isCloseTo(0.58 * 1.15, Percentage.withPercentage(7));
    assertThat(estimate.target().bytes()).isCloseTo(400 * 1.15 * MIB, Percentage.withPercentage(7));
    assertThat(estimate.lower().cores()).isLessThan(estimate.target().cores());
    assertThat(estimate.upper().cores())
        .isCloseTo(0.59 * 1.15 * (1 + 1 / 7.0), Percentage.withPercentage(7));
    assertThat(estimate.confidence()).isCloseTo(7, Percentage.withPercentage(1));
  }

  @Test
  void aReplicaThatWasKilledIsGivenMore() {
    for (int minute = 0; minute < 60; minute++) {
      Instant at = T0.plus(Duration.ofMinutes(minute));
      history.cpu("web-1", at, 0.2);
      history.memory("web-1", at, 500 * MIB);
    }
    double before = history.estimate().orElseThrow().target().bytes();
    assertThat(history.outOfMemory("web-1", T0.plus(Duration.ofHours(1)), 512 * MIB)).isTrue();
    assertThat(history.estimate().orElseThrow().target().bytes())
        .isGreaterThan(before)
        .isGreaterThanOrEqualTo(512 * MIB * 1.2);
  }

  @Test
  void whatIsOldWeighsLess() {
    for (int minute = 0; minute < 1440; minute++) {
      history.cpu("web-1", T0.plus(Duration.ofMinutes(minute)), 2);
    }
    for (int day = 1; day <= 6; day++) {
      for (int minute = 0; minute < 1440; minute++) {
        history.cpu("web-1", T0.plus(Duration.ofDays(day)).plus(Duration.ofMinutes(minute)), 0.2);
      }
    }
    history.memory("web-1", T0, 300 * MIB);
    assertThat(history.estimate().orElseThrow().target().cores()).isLessThan(0.3);
  }

  @Test
  void aSampleThatIsReadTwiceCountsOnce() {
    history.memory("web-1", T0, 300 * MIB);
    history.cpu("web-1", T0, 0.2);
    history.cpu("web-1", T0, 0.2);
    assertThat(history.estimate().orElseThrow().samples()).isEqualTo(1);
  }

  @Test
  void forgettingReplicasKeepsWhatTheyUsed() {
    history.cpu("web-1", T0, 0.2);
    history.memory("web-1", T0, 300 * MIB);
    Estimate before = history.estimate().orElseThrow();
    history.forget(T0.plusSeconds(1));
    assertThat(history.estimate()).contains(before);
  }
}

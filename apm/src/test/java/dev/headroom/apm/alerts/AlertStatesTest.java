package dev.headroom.apm.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.apm.AlertLog.State;
import dev.headroom.signals.LatencySketch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlertStatesTest {
  private final AlertStates states = new AlertStates(Duration.ofSeconds(30));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private AlertStates.Round next(boolean holds) {
    now = now.plusSeconds(5);
    return states.next(List.of(new Reading(Optional.empty(), 1, "1", holds, Reading.PAGE)), now);
  }

  @Test
  void aGapBeginsTheWaitAnew() {
    for (int i = 0; i < 5; i++) {
      assertThat(next(true).changes()).isEmpty();
    }
    next(false);
    for (int i = 0; i < 6; i++) {
      assertThat(next(true).changes()).isEmpty();
    }
    assertThat(next(true).changes())
        .singleElement()
        .extracting(AlertStates.Standing::state)
        .isEqualTo(State.FIRING);
  }

  @Test
  void aSwingAroundTheBoundStaysOneAlert() {
    for (int i = 0; i < 7; i++) {
      next(true);
    }
    for (int i = 0; i < 30; i++) {
      assertThat(next(i % 3 == 0).changes()).isEmpty();
    }
  }

  @Test
  void whatFiresMoreThanFourTimesAnHourFlaps() {
    int told = 0;
    int fired = 0;
    for (int i = 0; i < 60; i++) {
      for (AlertStates.Standing change : next(i % 15 < 7).changes()) {
        fired += change.state() == State.FIRING ? 1 : 0;
        told += change.state() == State.FIRING && !change.flapping() ? 1 : 0;
      }
      // Recovery takes as long as holding: seven rounds on, eight off.
    }
    for (int i = 0; i < 60; i++) {
      for (AlertStates.Standing change : next(i % 15 < 7).changes()) {
        fired += change.state() == State.FIRING ? 1 : 0;
        told += change.state() == State.FIRING && !change.flapping() ? 1 : 0;
      }
    }
    assertThat(fired).isEqualTo(8);
    assertThat(told).isEqualTo(4);
  }

  @Test
  void slowerCountsValuesAboveTheBound() {
    LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    for (int i = 1; i <= 1000; i++) {
      recorder.record(i / 1000.0);
    }
    assertThat(BurnRate.slower(recorder.drain(), Duration.ofMillis(300))).isBetween(690L, 700L);
  }
}

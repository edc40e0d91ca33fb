package dev.headroom.advisor.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AgesTest {
  private final Ages ages = new Ages();

  private void compared(int times, int seconds, boolean stillRight) {
    for (int i = 0; i < times; i++) {
      ages.compared(Duration.ofSeconds(seconds), stillRight);
    }
  }

  @Test
  void nothingSeenIsTheShortestTime() {
    assertThat(ages.steady()).isEqualTo(new Ages.Steady(Duration.ofSeconds(10), 0, 0));
  }

  @Test
  void theLongestTimeWithAtMostOneInTwentyWrong() {
    compared(90, 5, true);
    compared(50, 25, true);
    compared(5, 25, false);
    compared(10, 50, false);
    assertThat(ages.steady()).isEqualTo(new Ages.Steady(Duration.ofSeconds(30), 140, 145));
  }

  @Test
  void aTimeThatWasHardlySeenIsNotClaimed() {
    compared(100, 5, true);
    compared(9, 250, true);
    assertThat(ages.steady().age()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void olderThanAllTimesSaysNothing() {
    compared(100, 301, false);
    assertThat(ages.steady().compared()).isZero();
  }
}

package dev.headroom.demo.traffic.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadShapeTest {

  @Test
  void aRampGrowsEvenlyAndStays() {
    LoadShape ramp = new LoadShape.Ramp(5000, 15_000, Duration.ofSeconds(100));
    assertThat(ramp.usersAt(0)).isEqualTo(5000);
    assertThat(ramp.usersAt(25)).isEqualTo(7500);
    assertThat(ramp.usersAt(100)).isEqualTo(15_000);
    assertThat(ramp.usersAt(1000)).isEqualTo(15_000);
  }

  @Test
  void theFirstUsersArriveOneAfterTheOther() {
    LoadShape arriving =
        new LoadShape.Arriving(new LoadShape.Constant(5000), Duration.ofSeconds(20));
    assertThat(arriving.usersAt(0)).isZero();
    assertThat(arriving.usersAt(5)).isEqualTo(1250);
    assertThat(arriving.usersAt(20)).isEqualTo(5000);
    assertThat(arriving.usersAt(1000)).isEqualTo(5000);
  }

  @Test
  void aDayGoesFromItsQuietestHourToItsPeakAndBack() {
    LoadShape day = new LoadShape.Day(1000, 11_000, Duration.ofMinutes(4));
    // Ten seconds are an hour, and it starts at four.
    assertThat(day.usersAt(0)).isEqualTo(1000);
    assertThat(day.usersAt(60)).as("10:00").isEqualTo(11_000);
    assertThat(day.usersAt(45)).as("8:30").isCloseTo(8000, within(1e-6));
    assertThat(day.usersAt(80)).as("noon dips").isLessThan(day.usersAt(100));
    assertThat(day.usersAt(200)).as("midnight").isCloseTo(1600, within(1e-6));
    assertThat(day.usersAt(240 + 60)).as("the next day").isCloseTo(11_000, within(1e-6));
    for (double second = 0; second < 480; second += 0.5) {
      assertThat(day.usersAt(second)).isBetween(1000.0, 11_000.0);
      assertThat(Math.abs(day.usersAt(second + 0.5) - day.usersAt(second)))
          .as("steps at %s", second)
          .isLessThan(200);
    }
  }

  @Test
  void theHighestOfSpikesThatMeetCounts() {
    LoadShape shape =
        new LoadShape.Spiked(
            new LoadShape.Constant(5000),
            List.of(
                new Spike(Duration.ofSeconds(10), 15_000, Duration.ofSeconds(10)),
                new Spike(Duration.ofSeconds(15), 9000, Duration.ofSeconds(10)),
                new Spike(Duration.ofSeconds(30), 100, Duration.ofSeconds(10))));
    assertThat(shape.usersAt(9.999)).isEqualTo(5000);
    assertThat(shape.usersAt(10)).isEqualTo(15_000);
    assertThat(shape.usersAt(19.999)).isEqualTo(15_000);
    assertThat(shape.usersAt(20)).isEqualTo(9000);
    assertThat(shape.usersAt(25)).isEqualTo(5000);
    assertThat(shape.usersAt(35)).as("a spike takes nobody away").isEqualTo(5000);
  }
}

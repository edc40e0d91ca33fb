package dev.headroom.advisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.advisor.AdvisorService.Schedule;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * An analysis once began in the middle of a peak, minutes after one that somebody had asked for.
 */
class ScheduleTest {
  private static final long END = 5_000_000_000L;

  private final Schedule schedule = new Schedule(Duration.ofMinutes(4), Duration.ofMinutes(20));

  private Duration waitAt(Duration sinceEnd) {
    return schedule.wait(OptionalLong.of(END), END + sinceEnd.toNanos());
  }

  @Test
  void theFirstIsDueOnceItsTimeHasCome() {
    assertThat(schedule.wait(OptionalLong.empty(), END)).isZero();
  }

  @Test
  void oneThatSomebodyAskedForPutsTheNextOff() {
    assertThat(waitAt(Duration.ofMinutes(3))).isEqualTo(Duration.ofMinutes(17));
    assertThat(waitAt(Duration.ofMinutes(20))).isZero();
    assertThat(waitAt(Duration.ofMinutes(50)).isNegative()).isTrue();
  }
}

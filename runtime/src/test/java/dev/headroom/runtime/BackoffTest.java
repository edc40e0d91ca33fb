package dev.headroom.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.spec.HealthSpec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void theFirstRestartIsImmediateThenTheWaitDoublesToItsBound() {
    Backoff backoff = new Backoff();
    Duration alive = Duration.ofSeconds(2);

    assertThat(backoff.after(alive)).isZero();
    assertThat(backoff.after(alive)).hasSeconds(1);
    assertThat(backoff.after(alive)).hasSeconds(2);
    assertThat(backoff.after(alive)).hasSeconds(4);
    for (int i = 0; i < 10; i++) {
      backoff.after(alive);
    }
    assertThat(backoff.after(alive)).hasSeconds(30);
  }

  @Test
  void aMinuteOfHealthIsANewBeginning() {
    Backoff backoff = new Backoff();
    for (int i = 0; i < 5; i++) {
      backoff.after(Duration.ZERO);
    }

    assertThat(backoff.after(Duration.ofMinutes(1))).isZero();
  }

  @Test
  void healthTurnsAfterRiseAndFallAnswersInARow() {
    Hysteresis health =
        new Hysteresis(
            new HealthSpec("/healthz", Duration.ofSeconds(2), Duration.ofSeconds(1), 2, 3));

    assertThat(health.answer(true)).isFalse();
    assertThat(health.answer(true)).isTrue();
    assertThat(health.isHealthy()).isTrue();
    assertThat(health.answer(false)).isFalse();
    assertThat(health.answer(false)).isFalse();
    assertThat(health.answer(true)).as("breaks the row").isFalse();
    assertThat(health.answer(false)).isFalse();
    assertThat(health.answer(false)).isFalse();
    assertThat(health.answer(false)).isTrue();
    assertThat(health.isHealthy()).isFalse();
  }
}

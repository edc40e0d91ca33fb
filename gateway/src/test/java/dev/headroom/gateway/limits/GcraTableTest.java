package dev.headroom.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GcraTableTest {
  private static final long SECOND = 1_000_000_000L;
  // 10 a second, 5 at once.
  private final GcraTable table = new GcraTable(SECOND / 10, 5);

  @Test
  void a_burst_then_the_rate() {
    long now = -7 * SECOND; // A clock may be negative.
    for (int i = 4; i >= 0; i--) {
      assertThat(table.take(1, now)).isEqualTo(i * SECOND / 10);
    }
    assertThat(table.take(1, now)).isEqualTo(-SECOND / 10);
    assertThat(table.take(1, now + SECOND / 20)).isEqualTo(-SECOND / 20);
    assertThat(table.take(1, now + SECOND / 10)).isZero();
    assertThat(table.take(1, now + 100 * SECOND)).as("rested").isEqualTo(4 * SECOND / 10);
  }

  @Test
  void over_a_long_time_the_rate_holds_whatever_the_attempts() {
    SplittableRandom random = new SplittableRandom(1);
    long now = 0;
    int taken = 0;
    while (now < 1000 * SECOND) {
      now += random.nextLong(SECOND / 50);
      taken += table.take(42, now) >= 0 ? 1 : 0;
    }
    assertThat(taken).isBetween(9_990, 10_006);
  }

  @Test
  void refusing_costs_nothing_and_a_request_can_be_given_back() {
    for (int i = 0; i < 100; i++) {
      table.take(1, 0);
    }
    assertThat(table.take(1, SECOND / 10)).isZero();
    table.giveBack(1);
    assertThat(table.take(1, SECOND / 10)).isZero();
  }

  @Test
  void a_million_callers_are_told_apart() {
    GcraTable strict = new GcraTable(SECOND, 1);
    SplittableRandom keys = new SplittableRandom(2);
    for (int i = 0; i < 1_000_000; i++) {
      assertThat(strict.take(keys.nextLong(), 0)).isZero();
    }
    int forgotten = 0;
    keys = new SplittableRandom(2);
    for (int i = 0; i < 1_000_000; i++) {
      forgotten += strict.take(keys.nextLong(), 0) >= 0 ? 1 : 0;
    }
    assertThat(strict.callers(0)).isGreaterThan(980_000);
    // Sets of eight places, half full: few overflow. Who is forgotten may ask once more.
    assertThat(forgotten).isLessThan(40_000);
  }

  @Test
  void places_of_those_who_owe_nothing_are_used_again() {
    GcraTable strict = new GcraTable(SECOND, 1);
    SplittableRandom keys = new SplittableRandom(3);
    for (int second = 0; second < 50; second++) {
      for (int i = 0; i < 20_000; i++) {
        strict.take(keys.nextLong(), second * 2L * SECOND);
      }
    }
    assertThat(strict.callers(200 * SECOND)).isZero();
    assertThat(strict.callers(98 * SECOND)).isBetween(19_500, 20_000);
  }
}

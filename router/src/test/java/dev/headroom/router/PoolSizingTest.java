package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.RouterSpec;
import dev.headroom.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who hears of a new size, and in which words. */
class PoolSizingTest {
  private final List<Telemetry> told = new ArrayList<>();
  private final RouterTelemetry telemetry =
      new RouterTelemetry(new FakeTime(), told::add, _ -> {}, new Random(1));
  private final PoolSizing sizing =
      new PoolSizing(
          (pool, decision) -> telemetry.resized(pool, decision.limit(), decision.reason()));

  @Test
  void anIdlePoolShrinksAndSaysWhy() {
    RouterSpec.PoolSize auto = RouterSpec.PoolSize.AUTO;
    sizing.tune(List.of(pool(20)), 100, auto);
    assertThat(told).as("the first window only begins to count").isEmpty();

    sizing.tune(List.of(pool(20)), 100, auto);
    LogRecord event = told.getFirst().logs().getFirst();
    assertThat(event.eventName()).isEqualTo(Vocabulary.EVENT_POOL);
    assertThat(event.body()).startsWith("pool of pg-1 shrank 20 → 18: at most 0.0 in use");
    assertThat(event.attributes().number("headroom.from")).hasValue(20);
    assertThat(event.attributes().number("headroom.to")).hasValue(18);
    assertThat(event.attributes().text(Vocabulary.REASON)).hasValue(sizing.reason("pg-1"));
  }

  @Test
  void aPoolThatStaysIsNotTold() {
    RouterSpec.PoolSize auto = RouterSpec.PoolSize.AUTO;
    for (int i = 0; i < 3; i++) {
      sizing.tune(List.of(pool(PoolTuner.FLOOR)), 100, auto);
    }
    assertThat(told).isEmpty();
  }

  private static PoolFigures pool(int limit) {
    return new PoolFigures(
        "pg-1",
        "replica",
        limit,
        0,
        0,
        0,
        0,
        Duration.ZERO,
        0,
        0,
        Duration.ZERO,
        Duration.ZERO,
        "");
  }
}

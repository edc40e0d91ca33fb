package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.pgwire.Credential;
import dev.headroom.router.pool.Logins;
import dev.headroom.router.pool.PoolName;
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
  private static final PoolName NAME =
      new PoolName("pg-1", new Logins().of("app", "app", new Credential.Password("")));

  private final FakeTime time = new FakeTime();
  private final List<Telemetry> told = new ArrayList<>();
  private final RouterTelemetry telemetry =
      new RouterTelemetry(
          time,
          told::add,
          _ -> {},
          new Random(1),
          new SlowStatements(
              () -> RouterFixture.spec(4, Duration.ofSeconds(1), Duration.ofSeconds(1))));
  private final PoolSizing sizing =
      new PoolSizing(
          time,
          (pool, decision, shown) ->
              telemetry.resized(pool, decision.limit(), decision.reason(), shown));

  @Test
  void aPoolThatIsTooLargeForTheServerShrinksAndSaysWhy() {
    RouterSpec.PoolSize auto = RouterSpec.PoolSize.AUTO;
    sizing.tune(List.of(pool(90)), 100, auto);
    assertThat(told).as("the first window only begins to count").isEmpty();

    sizing.tune(List.of(pool(90)), 100, auto);
    LogRecord event = told.getFirst().logs().getFirst();
    assertThat(event.eventName()).isEqualTo(Vocabulary.EVENT_POOL);
    assertThat(event.body()).isEqualTo("pool of pg-1 shrank 90 → 80: max_connections leaves 80");
    assertThat(event.attributes().number("headroom.from")).hasValue(90);
    assertThat(event.attributes().number("headroom.to")).hasValue(80);
    assertThat(event.attributes().text(Vocabulary.REASON)).hasValue(sizing.reason(NAME));
  }

  @Test
  void amongSeveralLoginsTheEventNamesIts() {
    PoolName other =
        new PoolName("pg-1", new Logins().of("app", "reports", new Credential.Password("")));
    for (int i = 0; i < 2; i++) {
      sizing.tune(List.of(pool(90), pool(other, 20)), 100, RouterSpec.PoolSize.AUTO);
    }
    assertThat(told.getFirst().logs().getFirst().body())
        .startsWith("pool of pg-1 (app@app) shrank 90 → ");
  }

  @Test
  void aPoolThatNobodyAsksStaysAndIsNotTold() {
    RouterSpec.PoolSize auto = RouterSpec.PoolSize.AUTO;
    for (int i = 0; i < 3; i++) {
      sizing.tune(List.of(pool(20)), 100, auto);
    }
    assertThat(told).isEmpty();
  }

  private static PoolFigures pool(int limit) {
    return pool(NAME, limit);
  }

  private static PoolFigures pool(PoolName name, int limit) {
    return new PoolFigures(
        name, "replica", limit, 0, 0, 0, 0, Duration.ZERO, 0, 0, Duration.ZERO, Duration.ZERO, "");
  }
}

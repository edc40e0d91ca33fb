package dev.headroom.apm;

import static dev.headroom.apm.TelemetryFixtures.metrics;
import static dev.headroom.apm.TelemetryFixtures.spans;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.signals.TraceId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends TelemetryStoreContract {
  @Override
  TelemetryStore open() {
    return TelemetryStore.inMemory(time);
  }

  @Test
  void keepsABoundedNumberOfSpansAndCells() {
    MemoryStore small =
        new MemoryStore(new StoreLimits(Duration.ofMinutes(20), 10, 5, 10, 3, 10), time);
    for (int i = 1; i <= 4; i++) {
      small.accept(spans(now.client(i, 1, 0, "x", Duration.ofMillis(1))));
    }
    for (int i = 0; i < 7; i++) {
      small.accept(metrics(now.gauge("g", i)));
    }

    assertThat(small.trace(new TraceId(0xABCDL << 48, 1))).isEmpty();
    assertThat(small.trace(new TraceId(0xABCDL << 48, 4))).hasSize(1);
    assertThat(small.storeStats().dropped())
        .containsExactly(new TelemetryQueries.Dropped("metrics", "memory full", 2));
  }

  @Test
  void forgetsWhatIsOld() {
    store.accept(metrics(now.gauge("g", 1)));
    time.advance(Duration.ofMinutes(21));
    store.accept(metrics(now.gauge("h", 1)));

    Window all = Window.before(time.now().plusNanos(1), Duration.ofHours(1));
    assertThat(store.series("g", all, STEP, List.of())).isEmpty();
    assertThat(store.series("h", all, STEP, List.of())).hasSize(1);
  }
}

package dev.headroom.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {

  @Test
  void pollsUntilItHolds() {
    AtomicInteger calls = new AtomicInteger();

    Await.until(Duration.ofSeconds(10), () -> calls.incrementAndGet() == 3);

    assertThat(calls).hasValue(3);
  }

  @Test
  void failsWithWhatWasThrownLast() {
    assertThatThrownBy(
            () ->
                Await.until(
                    Duration.ofMillis(30),
                    () -> {
                      throw new IllegalStateException("down");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasRootCauseMessage("down");
  }
}

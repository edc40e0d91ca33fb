package dev.headroom.demo.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @Test
  void theOthersWaitInLine() throws InterruptedException {
    Workers workers = new Workers(1);
    List<Integer> served = new CopyOnWriteArrayList<>();
    Workers.Slot first = workers.enter().orElseThrow();
    Thread[] line = new Thread[3];
    for (int i = 0; i < line.length; i++) {
      int number = i;
      line[i] =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Workers.Slot slot = workers.enter().orElseThrow()) {
                      served.add(number);
                    }
                  });
      Await.until(Duration.ofSeconds(10), () -> workers.waiting() == number + 1);
    }
    assertThat(workers.busy()).isOne();
    assertThat(served).isEmpty();
    first.close();
    for (Thread thread : line) {
      thread.join();
    }
    assertThat(served).containsExactly(0, 1, 2);
    assertThat(workers.busy()).isZero();
  }
}

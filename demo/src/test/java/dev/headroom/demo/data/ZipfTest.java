package dev.headroom.demo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ZipfTest {
  @Test
  void theSecondIsDrawnHalfAsOftenWithExponentOne() {
    Zipf zipf = new Zipf(100, 1);
    SplittableRandom random = new SplittableRandom(1);
    int[] drawn = new int[100];
    for (int i = 0; i < 200_000; i++) {
      drawn[zipf.draw(random)]++;
    }
    assertThat(drawn[1] / (double) drawn[0]).isCloseTo(0.5, within(0.03));
    assertThat(drawn[99]).isPositive();
  }
}

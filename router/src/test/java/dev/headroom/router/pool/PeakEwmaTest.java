package dev.headroom.router.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PeakEwmaTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  @Test
  void followsAPeakAtOnceAndForgetsItWithTime() {
    PeakEwma ewma = new PeakEwma(0);
    ewma.observe(MILLI, 0);
    ewma.observe(50 * MILLI, 1);
    assertThat(ewma.load(0, 1)).isEqualTo(50.0 * MILLI);
    // exp(-1) of it is left after the time of decay.
    assertThat(ewma.load(0, 2 * SECOND + 1)).isCloseTo(18.4 * MILLI, within(0.1 * MILLI));
    assertThat(ewma.load(0, 40 * SECOND)).isLessThan(1.0);
  }

  @Test
  void risesWithWhatIsUnderWay() {
    PeakEwma ewma = new PeakEwma(0);
    ewma.observe(MILLI, 0);
    assertThat(ewma.load(3, 0)).isEqualTo(4.0 * MILLI);
  }

  @Test
  void aMemberWithoutAnAnswerIsTriedOnceAndThenAvoided() {
    PeakEwma ewma = new PeakEwma(0);
    assertThat(ewma.load(0, 0)).isZero();
    assertThat(ewma.load(1, 0)).isGreaterThan(1e14);
  }
}

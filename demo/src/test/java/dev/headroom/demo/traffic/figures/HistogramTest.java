package dev.headroom.demo.traffic.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HistogramTest {

  /** Shapes that latencies take. */
  enum Distribution {
    EVEN,
    MAGNITUDES,
    TWO_HUMPS,
    TAIL;

    long next(SplittableRandom random) {
      return switch (this) {
        case EVEN -> random.nextLong(0, 2_000_000_000L);
        case MAGNITUDES -> (long) Math.pow(10, random.nextDouble(0, 12.5));
        case TWO_HUMPS -> random.nextBoolean() ? random.nextLong(200_000, 300_000) : 1_000_000_000L;
        case TAIL -> (long) (1e6 * Math.pow(1 - random.nextDouble(), -1.2));
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void percentilesAreWithinOnePercentOfTheSortedValues(Distribution distribution) {
    SplittableRandom random = new SplittableRandom(7);
    Histogram histogram = new Histogram();
    long[] values = new long[20_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = distribution.next(random);
      histogram.record(values[i]);
    }
    Arrays.sort(values);
    for (double quantile : new double[] {0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1}) {
      double exact = values[(int) Math.ceil(quantile * values.length) - 1] / 1e6;
      assertThat(histogram.percentileMs(quantile))
          .as("quantile %s", quantile)
          .isCloseTo(exact, Percentage.withPercentage(1));
    }
    assertThat(histogram.maxMs()).isEqualTo(values[values.length - 1] / 1e6);
    assertThat(histogram.meanMs())
        .isCloseTo(Arrays.stream(values).average().orElseThrow() / 1e6, within(1e-3));
  }

  @Test
  void everyBucketBorderFallsNearItself() {
    for (long value = 1; value < 1L << 43; value = value * 9 / 8 + 1) {
      for (long near : new long[] {value - 1, value, value + 1}) {
        Histogram histogram = new Histogram();
        histogram.record(near);
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.percentileMs(0.5))
            .isCloseTo(near / 1e6, Percentage.withPercentage(0.5));
      }
    }
  }

  @Test
  void withoutValuesEverythingIsZero() {
    Histogram histogram = new Histogram();
    histogram.record(5_000_000);
    histogram.clear();
    assertThat(histogram.count()).isZero();
    assertThat(histogram.percentileMs(0.99)).isZero();
    assertThat(histogram.maxMs()).isZero();
    assertThat(histogram.meanMs()).isZero();
  }

  @Test
  void clocksThatStepBackCountAsZeroAndEternityAsTheLargest() {
    Histogram histogram = new Histogram();
    histogram.record(-5);
    assertThat(histogram.percentileMs(1)).isZero();
    histogram.record(Long.MAX_VALUE);
    assertThat(histogram.maxMs()).isGreaterThan(7_200_000);
  }
}

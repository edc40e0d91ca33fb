package dev.headroom.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LatencySketchTest {

  @SuppressWarnings("ImmutableEnumChecker") // The functions hold nothing.
  enum Distribution {
    UNIFORM(r -> r.nextDouble()),
    EXPONENTIAL(r -> -Math.log(1 - r.nextDouble()) / 50),
    LOG_NORMAL(r -> Math.exp(r.nextGaussian() - 4)),
    WIDE_LOG_NORMAL(r -> Math.exp(3 * r.nextGaussian() - 6)),
    PARETO(r -> 0.001 / Math.pow(1 - r.nextDouble(), 1 / 1.5)),
    BIMODAL(r -> (r.nextInt(10) == 0 ? 1.0 : 0.01) * (1 + r.nextGaussian() / 100)),
    CONSTANT(r -> 0.25),
    POWERS_OF_TWO(r -> Math.scalb(1.0, r.nextInt(20) - 15)),
    NANOSECONDS(r -> (1 + r.nextInt(1000)) * 1e-9),
    HOURS(r -> 3600 * (1 + r.nextDouble()));

    final ToDoubleFunction<Random> draw;

    Distribution(ToDoubleFunction<Random> draw) {
      this.draw = draw;
    }

    double[] values(int n, long seed) {
      Random random = new Random(seed);
      double[] values = new double[n];
      Arrays.setAll(values, i -> draw.applyAsDouble(random));
      return values;
    }
  }

  static LatencySketch of(double... values) {
    LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    for (double value : values) {
      recorder.record(value);
    }
    return recorder.drain();
  }

  @ParameterizedTest
  @EnumSource
  void quantilesAreWithinTheStatedError(Distribution distribution) {
    double[] values = distribution.values(20_000, 7);
    LatencySketch sketch = of(values);
    Arrays.sort(values);
    for (double q : new double[] {0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1}) {
      double exact = values[Math.max(0, (int) Math.ceil(q * values.length) - 1)];
      assertThat(sketch.quantile(q))
          .as("%s q=%s", distribution, q)
          .isCloseTo(exact, within(exact * LatencySketch.RELATIVE_ERROR));
    }
    assertThat(sketch.min()).isEqualTo(values[0]);
    assertThat(sketch.max()).isEqualTo(values[values.length - 1]);
    assertThat(sketch.count()).isEqualTo(values.length);
  }

  @ParameterizedTest
  @EnumSource
  void mergedPartsEqualTheWhole(Distribution distribution) {
    double[] values = distribution.values(3_000, 11);
    LatencySketch whole = of(values);
    LatencySketch merged = LatencySketch.empty();
    for (int from = 0; from < values.length; from += 500) {
      merged = of(Arrays.copyOfRange(values, from, from + 500)).merge(merged);
    }
    assertThat(merged.indexes()).isEqualTo(whole.indexes());
    assertThat(merged.counts()).isEqualTo(whole.counts());
    assertThat(merged.min()).isEqualTo(whole.min());
    assertThat(merged.max()).isEqualTo(whole.max());
    assertThat(merged.sum()).isCloseTo(whole.sum(), within(whole.sum() * 1e-12));
  }

  @Test
  void aBucketHoldsItsUpperBoundAndNotItsLower() {
    for (int index = -2_000; index <= 2_000; index++) {
      double upper = LatencySketch.lowerBound(index + 1);
      assertThat(LatencySketch.indexOf(upper)).isEqualTo(index);
      assertThat(LatencySketch.indexOf(Math.nextUp(upper))).isEqualTo(index + 1);
    }
    // The data model's own example: powers of two are upper bounds.
    assertThat(LatencySketch.indexOf(1)).isEqualTo(-1);
    assertThat(LatencySketch.indexOf(2)).isEqualTo(63);
  }

  @Test
  void zerosNegativesAndNonsenseCountAsZero() {
    LatencySketch sketch = of(0, -1, Double.NaN, 1);
    assertThat(sketch.zeros()).isEqualTo(3);
    assertThat(sketch.quantile(0.5)).isZero();
    assertThat(sketch.quantile(1)).isCloseTo(1, within(LatencySketch.RELATIVE_ERROR));
    assertThat(sketch.min()).isZero();
  }

  @Test
  void anEmptySketchAnswersZero() {
    LatencySketch empty = of();
    assertThat(empty).isEqualTo(LatencySketch.empty());
    assertThat(empty.quantile(0.99)).isZero();
    assertThat(empty.mean()).isZero();
    assertThat(empty.min()).isZero();
    assertThat(empty.merge(of(1)).count()).isEqualTo(1);
  }

  @Test
  void refusesWhatIsNoHistogram() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LatencySketch.of(new int[] {2, 1}, new long[] {1, 1}, 0, 0, 0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LatencySketch.of(new int[] {1}, new long[] {0}, 0, 0, 0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(1).quantile(1.1))
        .withMessageContaining("1.1 (expected: 0 to 1)");
  }
}

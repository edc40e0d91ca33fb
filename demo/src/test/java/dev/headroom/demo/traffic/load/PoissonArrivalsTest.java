package dev.headroom.demo.traffic.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class PoissonArrivalsTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void countsHaveThePoissonMeanAndVariance() {
    PoissonArrivals arrivals = new PoissonArrivals(new SplittableRandom(3));
    long[] perSecond = new long[5000];
    for (int second = 0; second < perSecond.length; second++) {
      int place = second;
      arrivals.between(second * SECOND, (second + 1) * SECOND, 20, _ -> perSecond[place]++);
    }
    double mean = Arrays.stream(perSecond).average().orElseThrow();
    double variance =
        Arrays.stream(perSecond).mapToDouble(n -> (n - mean) * (n - mean)).average().orElseThrow();
    assertThat(mean).isCloseTo(20, Percentage.withPercentage(1.5));
    assertThat(variance).isCloseTo(20, Percentage.withPercentage(8));
  }

  @Test
  void arrivalsAreInOrderAndWithinTheirStretch() {
    PoissonArrivals arrivals = new PoissonArrivals(new SplittableRandom(3));
    // Where nanoTime may well be after a month.
    long origin = 3_000_000 * SECOND;
    List<Long> seen = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      long from = origin + i * 50_000_000L;
      arrivals.between(from, from + 50_000_000, 250, seen::add);
      assertThat(seen).allMatch(time -> time >= origin && time < from + 50_000_000);
    }
    assertThat(seen).isSorted().hasSizeBetween(1050, 1450);
  }

  @Test
  void cuttingTheTimeDifferentlyChangesNothing() {
    List<Long> whole = new ArrayList<>();
    new PoissonArrivals(new SplittableRandom(9)).between(0, 10 * SECOND, 83, whole::add);
    List<Long> cut = new ArrayList<>();
    PoissonArrivals arrivals = new PoissonArrivals(new SplittableRandom(9));
    for (long from = 0; from < 10 * SECOND; from += 125_000_000) {
      arrivals.between(from, from + 125_000_000, 83, cut::add);
    }
    assertThat(cut).hasSameSizeAs(whole);
    for (int i = 0; i < cut.size(); i++) {
      assertThat(Math.abs(cut.get(i) - whole.get(i))).isLessThan(1000);
    }
  }

  @Test
  void noUsersNoArrivals() {
    PoissonArrivals arrivals = new PoissonArrivals(new SplittableRandom(9));
    List<Long> seen = new ArrayList<>();
    arrivals.between(0, 1000 * SECOND, 0, seen::add);
    assertThat(seen).isEmpty();
    arrivals.between(1000 * SECOND, 1010 * SECOND, 10, seen::add);
    assertThat(seen).hasSizeBetween(60, 140);
  }
}

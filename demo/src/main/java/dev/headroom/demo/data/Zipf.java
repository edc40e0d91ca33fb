package dev.headroom.demo.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Draws 0 to n-1 with probability proportional to 1 / (rank + 1) ^ exponent. */
final class Zipf {
  private final double[] cumulative;

  Zipf(int n, double exponent) {
    cumulative = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.pow(i + 1.0, -exponent);
      cumulative[i] = sum;
    }
  }

  int draw(SplittableRandom random) {
    double point = random.nextDouble() * cumulative[cumulative.length - 1];
    int found = Arrays.binarySearch(cumulative, point);
    return found >= 0 ? found : Math.min(-found - 1, cumulative.length - 1);
  }
}

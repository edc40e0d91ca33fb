package dev.headroom.apm;

import dev.headroom.signals.LatencySketch;
import java.util.Arrays;

/** Adds up many sketches without an object for each step. Not thread-safe. */
final class SketchSum {
  private int first;
  private long[] dense = new long[0];
  private long zeros;
  private double sum;
  private double min = Double.POSITIVE_INFINITY;
  private double max;

  void bucket(int index, long count) {
    if (dense.length == 0) {
      first = index - 16;
      dense = new long[64];
    } else if (index < first) {
      int more = first - index + 32;
      long[] wider = new long[dense.length + more];
      System.arraycopy(dense, 0, wider, more, dense.length);
      dense = wider;
      first -= more;
    } else if (index >= first + dense.length) {
      dense = Arrays.copyOf(dense, index - first + 64);
    }
    dense[index - first] += count;
  }

  /** What a sketch holds besides its buckets. */
  void rest(long moreZeros, double moreSum, double otherMin, double otherMax) {
    zeros += moreZeros;
    sum += moreSum;
    min = Math.min(min, otherMin);
    max = Math.max(max, otherMax);
  }

  LatencySketch toSketch() {
    int[] indexes = new int[dense.length];
    long[] counts = new long[dense.length];
    int n = 0;
    for (int i = 0; i < dense.length; i++) {
      if (dense[i] != 0) {
        indexes[n] = first + i;
        counts[n++] = dense[i];
      }
    }
    return LatencySketch.of(
        Arrays.copyOf(indexes, n), Arrays.copyOf(counts, n), zeros, sum, min, max);
  }
}

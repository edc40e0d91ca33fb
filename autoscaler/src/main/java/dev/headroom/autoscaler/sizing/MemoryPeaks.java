package dev.headroom.autoscaler.sizing;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one replica, of which only the peak of each interval is a sample: the memory half
 * of {@code model/container.go}. Not thread-safe.
 */
final class MemoryPeaks {
  /** Where the peaks go; a peak that is overtaken is taken back. */
  interface Samples {
    void add(Instant at, double bytes);

    void subtract(Instant at, double bytes);
  }

  private final Duration interval;
  private final Samples samples;
  private @Nullable Instant windowEnd;
  private @Nullable Instant last;
  private double usedPeak;
  private double oomPeak;

  MemoryPeaks(Duration interval, Samples samples) {
    this.interval = interval;
    this.samples = samples;
  }

  /** One that is older than the one before is ignored. */
  void used(Instant at, double bytes) {
    if (last == null || !at.isBefore(last)) {
      add(at, bytes, false);
    }
  }

  /** It was killed for its memory; false when that was too long ago to count. */
  boolean outOfMemory(Instant at, double requested, double ratio, double atLeastMore) {
    if (windowEnd != null && at.isBefore(windowEnd.minus(interval))) {
      return false;
    }
    // Not the peak of an earlier OOM: each one would raise the next.
    double had = Math.max(requested, usedPeak);
    add(at, Math.max(had + atLeastMore, had * ratio), true);
    return true;
  }

  private void add(Instant at, double bytes, boolean oom) {
    last = at;
    Instant end = windowEnd == null ? at : windowEnd;
    if (at.isBefore(end)) {
      double peak = Math.max(usedPeak, oomPeak);
      if (bytes <= peak) {
        return;
      }
      if (peak > 0) {
        samples.subtract(end, peak);
      }
    } else {
      long whole = Duration.between(end, at).dividedBy(interval);
      end = end.plus(interval.multipliedBy(whole + 1));
      usedPeak = 0;
      oomPeak = 0;
    }
    windowEnd = end;
    samples.add(end, bytes);
    if (oom) {
      oomPeak = bytes;
    } else {
      usedPeak = bytes;
    }
  }

  @Nullable Instant last() {
    return last;
  }
}

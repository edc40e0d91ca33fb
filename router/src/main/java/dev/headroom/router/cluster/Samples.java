package dev.headroom.router.cluster;

import org.jspecify.annotations.Nullable;

/**
 * The primary's last positions, each with the time at which it was asked for. A commit that ended
 * before a question was sent lies before the answer. Thread-safe.
 */
final class Samples {
  private static final int SIZE = 2048;

  private record Sample(long sentAt, Position position) {}

  private final @Nullable Sample[] ring = new Sample[SIZE];
  private long count;

  synchronized void add(long sentAt, Position position) {
    ring[(int) (count++ % SIZE)] = new Sample(sentAt, position);
  }

  /** The first kept one that was asked for after {@code nanoTime}, or null. */
  synchronized @Nullable Position firstAfter(long nanoTime) {
    long low = Math.max(0, count - SIZE);
    long high = count;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (at(middle).sentAt - nanoTime > 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == count ? null : at(low).position;
  }

  synchronized @Nullable Position last() {
    return count == 0 ? null : at(count - 1).position;
  }

  private Sample at(long i) {
    Sample sample = ring[(int) (i % SIZE)];
    if (sample == null) {
      throw new IllegalStateException("sample " + i + " of " + count + " is missing");
    }
    return sample;
  }
}

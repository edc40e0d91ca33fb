package dev.headroom.signals;

import java.util.Arrays;

/** Numbers of a repeated field, of which {@link #MOST} are kept. Not thread-safe. */
final class LongList {
  /** An SDK's histograms have 160 buckets at most. */
  static final int MOST = 2_048;

  private long[] values = new long[0];
  private int size;

  void add(long value) {
    if (size < MOST && size == values.length) {
      values = Arrays.copyOf(values, Math.max(16, size * 2));
    }
    if (size < MOST) {
      values[size] = value;
    }
    size++;
  }

  boolean overflowed() {
    return size > MOST;
  }

  int size() {
    return Math.min(size, MOST);
  }

  long get(int index) {
    return values[index];
  }

  double number(int index) {
    return Double.longBitsToDouble(values[index]);
  }

  /** Adds up what is here; negative when a value is, or on overflow. */
  long total() {
    long total = 0;
    for (int i = 0; i < size(); i++) {
      if (values[i] < 0 || total + values[i] < 0) {
        return -1;
      }
      total += values[i];
    }
    return total;
  }

  /** Takes {@code earlier} away; false, and unchanged, when that would leave a negative count. */
  boolean subtract(LongList earlier) {
    if (earlier.size() != size()) {
      return false;
    }
    for (int i = 0; i < size(); i++) {
      if (values[i] < earlier.values[i]) {
        return false;
      }
    }
    for (int i = 0; i < size(); i++) {
      values[i] -= earlier.values[i];
    }
    return true;
  }

  LongList copy() {
    LongList copy = new LongList();
    copy.values = Arrays.copyOf(values, size());
    copy.size = size();
    return copy;
  }

  boolean sameAs(LongList other) {
    return Arrays.equals(values, 0, size(), other.values, 0, other.size());
  }
}

package dev.headroom.shards;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/** Hash slots from {@code first} to {@code last}, both included. */
public record SlotRange(int first, int last) {
  /** The number of slots of every cluster. */
  public static final int ALL = 16384;

  public SlotRange {
    if (first < 0 || last < first || last >= ALL) {
      throw new IllegalArgumentException(
          "slots: " + first + "-" + last + " (expected: within 0-16383)");
    }
  }

  int count() {
    return last - first + 1;
  }

  /** For example {@code 0-5460,10000}; empty for none. */
  public static String inWords(List<SlotRange> ranges) {
    return ranges.stream().map(SlotRange::toString).collect(Collectors.joining(","));
  }

  static List<SlotRange> of(BitSet slots) {
    List<SlotRange> ranges = new ArrayList<>();
    for (int first = slots.nextSetBit(0); first >= 0; ) {
      int end = slots.nextClearBit(first);
      ranges.add(new SlotRange(first, end - 1));
      first = slots.nextSetBit(end);
    }
    return ranges;
  }

  static void addTo(BitSet slots, List<SlotRange> ranges) {
    ranges.forEach(range -> slots.set(range.first, range.last + 1));
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}

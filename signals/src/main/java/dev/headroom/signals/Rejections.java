package dev.headroom.signals;

/** Items of one request that were left out. Not thread-safe. */
final class Rejections {
  private long count;
  private String first = "";

  void add(long items, String reason) {
    if (items > 0 && count == 0) {
      first = reason;
    }
    count += items;
  }

  long count() {
    return count;
  }

  String first() {
    return first;
  }
}

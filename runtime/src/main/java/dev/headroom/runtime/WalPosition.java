package dev.headroom.runtime;

/** A position in the write-ahead log (PostgreSQL's {@code pg_lsn}). */
record WalPosition(long value) implements Comparable<WalPosition> {

  /** Reads the form {@code 16/B374D848}. */
  static WalPosition parse(String text) {
    int slash = text.indexOf('/');
    return new WalPosition(
        Long.parseLong(text, 0, slash, 16) << 32
            | Long.parseLong(text, slash + 1, text.length(), 16));
  }

  @Override
  public int compareTo(WalPosition other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return "%X/%X".formatted(value >>> 32, value & 0xFFFFFFFFL);
  }
}

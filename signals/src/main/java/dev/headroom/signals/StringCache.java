package dev.headroom.signals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keys and short values repeat in every span: this gives the same string for the same bytes, of a
 * bounded number. Thread-safe.
 */
final class StringCache {
  /* Direct-mapped, racy on purpose: an entry is immutable, and losing one costs a decode. */
  private static final int SLOTS = 1 << 12;
  private static final int LONGEST = 64;

  private final @Nullable Entry[] entries = new @Nullable Entry[SLOTS];

  String get(byte[] bytes, int from, int length) {
    if (length == 0) {
      return "";
    }
    if (length > LONGEST) {
      return new String(bytes, from, length, StandardCharsets.UTF_8);
    }
    int hash = 0;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + bytes[i];
    }
    int slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    Entry entry = entries[slot];
    if (entry != null
        && Arrays.equals(entry.bytes, 0, entry.bytes.length, bytes, from, from + length)) {
      return entry.text;
    }
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    entries[slot] = new Entry(Arrays.copyOfRange(bytes, from, from + length), text);
    return text;
  }

  private static final class Entry {
    final byte[] bytes;
    final String text;

    Entry(byte[] bytes, String text) {
      this.bytes = bytes;
      this.text = text;
    }
  }
}

package dev.headroom.apm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for key-value pairs that repeat, of the spans of one segment. A pair gets a number when
 * it is seen for the second time, so that values which are never the same again cost nothing here;
 * the number of pairs is bounded as well. Thread-safe.
 */
final class PairDictionary {
  static final int MOST = 200_000;

  private static final int NONE = -1;

  /** A key and a value as {@link dev.headroom.signals.Attributes} holds them. */
  record Pair(String key, Object value) {}

  // Open addressing with linear probing: an entry holds a number, whose pair is in `pairs`.
  // Everything below is guarded by this.
  private int[] table = new int[1 << 12];
  private Pair[] pairs = new Pair[1 << 10];
  private int[] hashes = new int[1 << 10];
  private int size;
  private int stored;
  private final int[] seenOnce = new int[1 << 18];

  PairDictionary() {
    Arrays.fill(table, NONE);
  }

  /** The number of a pair, a new one if it was seen before; -1 for one to be written out. */
  synchronized int id(String key, Object value) {
    int hash = hash(key, value);
    int slot = slot(hash, key, value);
    if (table[slot] != NONE) {
      return table[slot];
    }
    int before = hash >>> 14;
    if (size == MOST || seenOnce[before] != hash) {
      seenOnce[before] = hash;
      return NONE;
    }
    return add(new Pair(key, value), hash, slot);
  }

  /** Takes a pair that has a number already; pairs come in the order of their numbers. */
  synchronized void load(Pair pair) {
    int hash = hash(pair.key, pair.value);
    add(pair, hash, slot(hash, pair.key, pair.value));
    stored = size;
  }

  private int add(Pair pair, int hash, int slot) {
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, size * 2);
      hashes = Arrays.copyOf(hashes, size * 2);
    }
    pairs[size] = pair;
    hashes[size] = hash;
    table[slot] = size++;
    if (size * 2 > table.length) {
      table = new int[table.length * 2];
      Arrays.fill(table, NONE);
      for (int i = 0; i < size; i++) {
        table[slot(hashes[i], pairs[i].key, pairs[i].value)] = i;
      }
    }
    return size - 1;
  }

  private int slot(int hash, String key, Object value) {
    int slot = hash & (table.length - 1);
    while (table[slot] != NONE) {
      int id = table[slot];
      if (hashes[id] == hash && pairs[id].key.equals(key) && pairs[id].value.equals(value)) {
        return slot;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  static int hash(String key, Object value) {
    // Strings are hashed with 31 already: with 31 once more, "key.12" and "value.3" would be the
    // same as "key.11" and "value.34", and a few hashes stand for all pairs.
    int hash = key.hashCode() * 0x9e3779b1 + value.hashCode();
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  synchronized @Nullable Pair pair(int id) {
    return id >= 0 && id < size ? pairs[id] : null;
  }

  synchronized int size() {
    return size;
  }

  /** How many are in the table on disk: further ones are to be written. */
  synchronized int stored() {
    return stored;
  }

  /** The first {@code count} are in the table now. */
  synchronized void stored(int count) {
    stored = Math.max(stored, count);
  }

  /** Begins anew: the spans that refer to these are sealed. */
  synchronized void clear() {
    Arrays.fill(pairs, null);
    table = new int[1 << 12];
    Arrays.fill(table, NONE);
    pairs = new Pair[1 << 10];
    hashes = new int[1 << 10];
    size = 0;
    stored = 0;
  }
}

package dev.headroom.apm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Numbers for values that repeat, as a table of the database holds them. Thread-safe. */
final class Dictionary<T> {
  private final int most;
  // Guarded by this.
  private final Map<T, Integer> ids = new HashMap<>();
  private final List<T> values = new ArrayList<>();
  private int stored;

  Dictionary(int most) {
    this.most = most;
  }

  /** Takes an entry of the table; entries come in the order of their numbers. */
  synchronized void load(T value) {
    ids.put(value, values.size());
    values.add(value);
    stored = values.size();
  }

  /** The number of a value, a new one if need be; empty when there are too many. */
  synchronized OptionalInt id(T value) {
    Integer known = ids.get(value);
    if (known != null) {
      return OptionalInt.of(known);
    }
    if (values.size() >= most) {
      return OptionalInt.empty();
    }
    ids.put(value, values.size());
    values.add(value);
    return OptionalInt.of(values.size() - 1);
  }

  synchronized @Nullable T value(int id) {
    return id >= 0 && id < values.size() ? values.get(id) : null;
  }

  /** Entries whose number is not in the table yet, the first being {@link #stored()}. */
  synchronized List<T> unstored() {
    return List.copyOf(values.subList(stored, values.size()));
  }

  synchronized int stored() {
    return stored;
  }

  /** The first {@code count} entries are in the table now. */
  synchronized void stored(int count) {
    stored = Math.max(stored, count);
  }

  synchronized List<T> all() {
    return List.copyOf(values);
  }
}

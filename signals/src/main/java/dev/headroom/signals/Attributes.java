package dev.headroom.signals;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of key-value pairs, sorted by key, cheap to hash: the identity of a metric
 * series. Values are {@code String}, {@code Long}, {@code Double}, {@code Boolean}, or a {@code
 * List} of these.
 */
public final class Attributes {
  private static final Attributes EMPTY = new Attributes(new String[0], new Object[0]);

  private final String[] keys;
  private final Object[] values;
  private final int hash;

  private Attributes(String[] keys, Object[] values) {
    this.keys = keys;
    this.values = values;
    this.hash = 31 * Arrays.hashCode(keys) + Arrays.hashCode(values);
  }

  public static Attributes empty() {
    return EMPTY;
  }

  /**
   * Alternating keys and values, for example {@code of("http.route", "/", "http.status", 200L)}.
   *
   * @throws IllegalArgumentException when a key is no string or a value of another type
   */
  public static Attributes of(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return of(map);
  }

  /** A copy of {@code map}. */
  public static Attributes of(Map<String, ?> map) {
    if (map.isEmpty()) {
      return EMPTY;
    }
    String[] keys = map.keySet().toArray(new String[0]);
    Arrays.sort(keys);
    Object[] values = new Object[keys.length];
    for (int i = 0; i < keys.length; i++) {
      values[i] = normal(keys[i], map.get(keys[i]));
    }
    return new Attributes(keys, values);
  }

  /**
   * The first {@code size} pairs, copied; of equal keys the last one counts. The arrays may be
   * reordered.
   */
  static Attributes ofPairs(String[] keys, Object[] values, int size) {
    if (size == 0) {
      return EMPTY;
    }
    // By insertion: a dozen keys, mostly in order already.
    int n = 0;
    for (int i = 0; i < size; i++) {
      String key = keys[i];
      Object value = normal(key, values[i]);
      int at = n;
      while (at > 0 && keys[at - 1].compareTo(key) > 0) {
        at--;
      }
      if (at > 0 && keys[at - 1].equals(key)) {
        values[at - 1] = value;
        continue;
      }
      System.arraycopy(keys, at, keys, at + 1, n - at);
      System.arraycopy(values, at, values, at + 1, n - at);
      keys[at] = key;
      values[at] = value;
      n++;
    }
    return new Attributes(Arrays.copyOf(keys, n), Arrays.copyOf(values, n));
  }

  private static Object normal(String key, @Nullable Object value) {
    return switch (value) {
      case String s -> s;
      case Long l -> l;
      case Integer i -> (long) i;
      case Double d -> d;
      case Boolean b -> b;
      case List<?> list -> List.copyOf(list);
      case null, default ->
          throw new IllegalArgumentException(
              "attribute " + key + ": " + value + " (expected: string, number, boolean or list)");
    };
  }

  /** These with one more, replacing the same key. */
  public Attributes with(String key, Object value) {
    Map<String, Object> map = new LinkedHashMap<>(toMap());
    map.put(key, value);
    return of(map);
  }

  public @Nullable Object get(String key) {
    int i = Arrays.binarySearch(keys, key);
    return i < 0 ? null : values[i];
  }

  /** The value as text, whatever its type. */
  public Optional<String> text(String key) {
    Object value = get(key);
    return value == null ? Optional.empty() : Optional.of(value.toString());
  }

  /** The value when it is an integer. */
  public OptionalLong number(String key) {
    return get(key) instanceof Long value ? OptionalLong.of(value) : OptionalLong.empty();
  }

  public boolean isEmpty() {
    return keys.length == 0;
  }

  public int size() {
    return keys.length;
  }

  /** In the order of the keys. */
  public void forEach(BiConsumer<String, Object> action) {
    for (int i = 0; i < keys.length; i++) {
      action.accept(keys[i], values[i]);
    }
  }

  /** In the order of the keys. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    forEach(map::put);
    return map;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Attributes that
        && hash == that.hash
        && Arrays.equals(keys, that.keys)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return toMap().toString();
  }
}

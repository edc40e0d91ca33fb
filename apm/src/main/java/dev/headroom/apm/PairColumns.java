package dev.headroom.apm;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.Vocabulary;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The two columns of a span's attributes: numbers of pairs, and as JSON what has none. */
final class PairColumns {
  private static final int[] NONE = {};

  private final PairDictionary pairs;
  private int[] ids = new int[16];
  private int size;
  private Map<String, Object> rest = Map.of();

  PairColumns(PairDictionary pairs) {
    this.pairs = pairs;
  }

  void set(Attributes attributes) {
    size = 0;
    rest = Map.of();
    if (attributes.size() > ids.length) {
      ids = new int[attributes.size()];
    }
    // Once for the whole span rather than for each attribute.
    synchronized (pairs) {
      attributes.forEach(this::add);
    }
  }

  private void add(String key, Object value) {
    // The route has a column of its own.
    if (!(key.equals(Vocabulary.ROUTE) && value instanceof String)) {
      int id = pairs.id(key, value);
      if (id >= 0) {
        ids[size++] = id;
      } else {
        rest(key, value);
      }
    }
  }

  private void rest(String key, Object value) {
    if (rest.isEmpty()) {
      rest = new HashMap<>();
    }
    rest.put(key, value);
  }

  int[] ids() {
    return size == 0 ? NONE : Arrays.copyOf(ids, size);
  }

  String rest() {
    return rest.isEmpty() ? "" : AttributesJson.write(Attributes.of(rest));
  }
}

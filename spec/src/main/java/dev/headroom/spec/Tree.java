package dev.headroom.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A document as it was written: YAML without its syntax, each part with its place. */
sealed interface Tree {

  Place place();

  /** How a problem calls it: the text of a scalar, {@code a list}, {@code a map}. */
  String describe();

  /** What the YAML 1.2 core schema takes a scalar for. */
  enum Kind {
    TEXT,
    INT,
    FLOAT,
    BOOL,
    NULL
  }

  /** One word or text. */
  record Scalar(Place place, Kind kind, String text) implements Tree {
    private static final int SHOWN = 60;

    @Override
    public String describe() {
      if (kind == Kind.NULL) {
        return "null";
      }
      String line = text.replaceAll("\\p{Cntrl}+", " ");
      String shown = line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
      return shown.isBlank() ? '"' + shown + '"' : shown;
    }
  }

  /** A list. */
  record Sequence(Place place, List<Tree> items) implements Tree {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String describe() {
      return "a list";
    }
  }

  /** A map, in the order in which it was written. */
  record Mapping(Place place, Map<String, Entry> entries) implements Tree {
    public Mapping {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    static Mapping empty(Place place) {
      return new Mapping(place, Map.of());
    }

    @Override
    public String describe() {
      return "a map";
    }

    /** The value under {@code path}, when it is written. */
    Optional<Tree> find(String... path) {
      Tree tree = this;
      for (String key : path) {
        Entry entry = step(tree, key);
        if (entry == null) {
          return Optional.empty();
        }
        tree = entry.value;
      }
      return Optional.of(tree);
    }

    /* A key, or an item of a list: cache[0]. */
    private static @Nullable Entry step(Tree tree, String key) {
      if (!(tree instanceof Mapping map)) {
        return null;
      }
      int bracket = key.endsWith("]") ? key.lastIndexOf('[') : -1;
      if (bracket < 0) {
        return map.entries.get(key);
      }
      Entry list = map.entries.get(key.substring(0, bracket));
      int index = Integer.parseInt(key, bracket + 1, key.length() - 1, 10);
      return list != null
              && list.value instanceof Sequence sequence
              && index < sequence.items.size()
          ? new Entry(sequence.items.get(index).place(), sequence.items.get(index))
          : null;
    }

    /** The place of {@code path}, or of as much of it as is written. */
    Place nearest(String... path) {
      Place place = this.place;
      Tree tree = this;
      for (String key : path) {
        Entry entry = step(tree, key);
        if (entry == null) {
          return place;
        }
        place = entry.key;
        tree = entry.value;
      }
      return tree instanceof Scalar scalar ? scalar.place() : place;
    }
  }

  /** A value and the place of its key. */
  record Entry(Place key, Tree value) {}
}

package dev.headroom.spec;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Lays one document over another: maps merge by key, lists and scalars replace, {@code null} takes
 * the key away, so that its default counts again (JSON Merge Patch, RFC 7396). Every part keeps the
 * place where it was written.
 */
final class Overlay {
  private static final Set<String> REFERENCES = Set.of("env", "file", "secret");

  private Overlay() {}

  static Tree.Mapping merge(Tree.Mapping below, Tree.Mapping above) {
    Map<String, Tree.Entry> entries = new LinkedHashMap<>(below.entries());
    above
        .entries()
        .forEach(
            (key, entry) -> {
              Tree.Entry covered = entries.get(key);
              if (isNull(entry.value())) {
                entries.remove(key);
              } else if (covered != null
                  && covered.value() instanceof Tree.Mapping lower
                  && entry.value() instanceof Tree.Mapping upper
                  && !(isReference(lower) && isReference(upper))) {
                entries.put(key, new Tree.Entry(entry.key(), merge(lower, upper)));
              } else {
                entries.put(key, new Tree.Entry(entry.key(), withoutNulls(entry.value())));
              }
            });
    return new Tree.Mapping(above.place(), entries);
  }

  /** A key that is {@code null} is a key that is not there. */
  static Tree withoutNulls(Tree tree) {
    return switch (tree) {
      case Tree.Mapping map -> merge(Tree.Mapping.empty(map.place()), map);
      case Tree.Sequence list ->
          new Tree.Sequence(
              list.place(), list.items().stream().map(Overlay::withoutNulls).toList());
      case Tree.Scalar scalar -> scalar;
    };
  }

  /* {env: X} over {secret: a/b} is another reference and not one with two keys. */
  private static boolean isReference(Tree.Mapping map) {
    return map.entries().size() == 1
        && REFERENCES.containsAll(map.entries().keySet())
        && map.entries().values().stream().allMatch(e -> e.value() instanceof Tree.Scalar);
  }

  private static boolean isNull(Tree tree) {
    return tree instanceof Tree.Scalar scalar && scalar.kind() == Tree.Kind.NULL;
  }
}

package dev.headroom.router.cluster;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the server's catalogs say of names, as far as reads are concerned. Immutable.
 *
 * @param usable false until they have been read, and after a change until they have been read again
 * @param functions by name: why a call is not a read, empty text when it is harmless in all
 *     overloads
 * @param relations by name, and by schema and name: why reading it must not leave the primary,
 *     empty text when it may
 * @param harmfulAttributes functions that {@code table.name} could call and must not
 */
public record Catalog(
    boolean usable,
    Map<String, String> functions,
    Map<String, String> relations,
    Set<String> harmfulAttributes) {

  static final Catalog NONE = new Catalog(false, Map.of(), Map.of(), Set.of());

  public Catalog {
    functions = Map.copyOf(functions);
    relations = Map.copyOf(relations);
    harmfulAttributes = Set.copyOf(harmfulAttributes);
  }

  Catalog outdated() {
    return new Catalog(false, functions, relations, harmfulAttributes);
  }

  /** Why calling {@code name} is not a read; empty text when it is; nothing when not known. */
  public Optional<String> function(String name) {
    return Optional.ofNullable(functions.get(name));
  }

  /**
   * Why {@code name} must be read on the primary; empty text when it need not; nothing: unknown.
   */
  public Optional<String> relation(String name) {
    return Optional.ofNullable(relations.get(name));
  }
}

package dev.headroom.spec;

import java.util.List;
import java.util.Optional;

/** What every Kubernetes resource has around its {@code spec}. */
final class Envelope {
  private static final List<String> KEYS = List.of("apiVersion", "kind", "metadata", "spec");

  /* Labels and the like belong to Kubernetes; they mean nothing to Headroom and are let pass. */
  private static final List<String> METADATA =
      List.of("name", "namespace", "labels", "annotations");

  private Envelope() {}

  /** Checks all of it and gives {@code metadata.name}, whatever it is. */
  static String check(Tree.Mapping tree, Place start, Binder binder, Problems problems) {
    binder.unknownKeys(tree, KEYS, "");
    word(tree, start, "apiVersion", ScaledApp.API_VERSION, problems);
    word(tree, start, "kind", ScaledApp.KIND, problems);
    mapping(tree, start, "spec", problems);
    Optional<Tree.Mapping> metadata = mapping(tree, start, "metadata", problems);
    metadata.ifPresent(map -> binder.unknownKeys(map, METADATA, "metadata"));
    if (metadata.isEmpty()) {
      return "";
    }
    Tree name = metadata.get().find("name").orElse(null);
    String expected = "a name of lower-case letters, digits and hyphens, at most 63";
    if (name instanceof Tree.Scalar scalar && Rules.isLabel(scalar.text())) {
      return scalar.text();
    }
    problems.add(
        name == null ? tree.nearest("metadata") : name.place(),
        "metadata.name",
        name == null ? "" : name.describe(),
        expected,
        "");
    return "";
  }

  private static void word(
      Tree.Mapping tree, Place start, String key, String expected, Problems problems) {
    Tree written = tree.find(key).orElse(null);
    if (!(written instanceof Tree.Scalar scalar && scalar.text().equals(expected))) {
      problems.add(
          written == null ? start : written.place(),
          key,
          written == null ? "" : written.describe(),
          expected,
          "");
    }
  }

  private static Optional<Tree.Mapping> mapping(
      Tree.Mapping tree, Place start, String key, Problems problems) {
    Tree written = tree.find(key).orElse(null);
    if (written instanceof Tree.Mapping map) {
      return Optional.of(map);
    }
    problems.add(
        written == null ? start : written.place(),
        key,
        written == null ? "" : written.describe(),
        key.equals("spec") ? "a map with services" : "a map with name",
        "");
    return Optional.empty();
  }
}

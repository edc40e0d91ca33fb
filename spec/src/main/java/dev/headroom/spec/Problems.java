package dev.headroom.spec;

import dev.headroom.base.Problem;
import dev.headroom.base.UserError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with a document, gathered until all of it has been read. */
final class Problems {
  private static final int SHOWN = 100;

  private final List<Problem> all = new ArrayList<>();
  private final Set<String> paths = new HashSet<>();
  private final Set<String> above = new HashSet<>();

  void add(Place place, String path, String value, String expected, String hint) {
    all.add(new Problem(place.source(), place.line(), path, value, expected, hint));
    paths.add(path);
    above.addAll(ancestors(path));
  }

  /** Is something already known to be wrong at, above or below {@code path}? */
  boolean concern(String path) {
    return paths.contains(path)
        || above.contains(path)
        || ancestors(path).stream().anyMatch(paths::contains);
  }

  private static List<String> ancestors(String path) {
    List<String> ancestors = new ArrayList<>();
    for (int i = 1; i < path.length(); i++) {
      if (path.charAt(i) == '.' || path.charAt(i) == '[') {
        ancestors.add(path.substring(0, i));
      }
    }
    return ancestors;
  }

  /** In the order of the sources, then of the lines. */
  void throwIfAny(List<String> sources) {
    if (all.isEmpty()) {
      return;
    }
    List<Problem> sorted = new ArrayList<>(all);
    sorted.sort(
        Comparator.comparingInt((Problem p) -> sources.indexOf(p.source()))
            .thenComparingInt(Problem::line));
    int more = sorted.size() - SHOWN;
    if (more > 0) {
      Problem last = sorted.getLast();
      sorted = new ArrayList<>(sorted.subList(0, SHOWN));
      sorted.add(
          new Problem(
              last.source(),
              0,
              "",
              more + " more problems",
              "a valid document",
              "mend these first"));
    }
    throw UserError.usage(sorted);
  }
}

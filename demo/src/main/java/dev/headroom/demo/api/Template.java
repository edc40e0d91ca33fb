package dev.headroom.demo.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A path with variables, such as {@code /api/issues/{issueId}}; {@code **} at its end takes the
 * rest.
 */
record Template(String text, List<String> parts) {
  static Template of(String text) {
    return new Template(text, split(text));
  }

  static List<String> split(String path) {
    return List.of(path.split("/", -1));
  }

  /** The variables' values, or empty when the path is another. */
  Optional<Map<String, String>> match(List<String> path) {
    boolean open = parts.getLast().equals("**");
    if (open ? path.size() < parts.size() : path.size() != parts.size()) {
      return Optional.empty();
    }
    Map<String, String> variables = Map.of();
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      if (part.equals("**")) {
        break;
      }
      if (part.startsWith("{")) {
        if (variables.isEmpty()) {
          variables = new TreeMap<>();
        }
        variables.put(part.substring(1, part.length() - 1), path.get(i));
      } else if (!part.equals(path.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(variables);
  }
}

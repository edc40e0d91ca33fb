package dev.headroom.signals;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Routes as the application itself names them ({@code http.route}), found again by a path. Where
 * several fit, the one with the earlier literal segment wins, as in most routers. Thread-safe.
 *
 * <p>Bounded, and routes that begin with a wildcard are not taken: they would be the name of
 * everything.
 */
final class LearnedRoutes {
  private static final int MAX_ROUTES = 1_000;
  private static final int MAX_SEGMENTS = 32;
  private static final int MAX_LENGTH = 512;

  private final Node root = new Node();
  // Volatile so that whoever finds none looks no further.
  private volatile int count;

  /** One segment of the routes so far. */
  private static final class Node {
    private final Map<String, Node> literals = new HashMap<>();
    private @Nullable Node any;
    // What ends here, and what goes on with anything.
    private @Nullable String route;
    private @Nullable String rest;
  }

  /** Takes a route such as {@code /users/{name}}, {@code /users/:name} or {@code /files/**}. */
  synchronized void learn(String route) {
    String[] segments = route.split("/", -1);
    boolean usable =
        count < MAX_ROUTES
            && route.startsWith("/")
            && route.length() <= MAX_LENGTH
            && segments.length <= MAX_SEGMENTS
            && (segments.length < 2 || kind(segments[1]) == Kind.LITERAL);
    if (!usable) {
      return;
    }
    Node node = root;
    for (int i = 1; i < segments.length; i++) {
      Kind kind = kind(segments[i]);
      if (kind == Kind.REST) {
        if (node.rest == null) {
          node.rest = route;
          count++;
        }
        return;
      }
      if (kind == Kind.LITERAL) {
        if (!segments[i].isEmpty()) {
          node = node.literals.computeIfAbsent(segments[i], _ -> new Node());
        }
      } else {
        if (node.any == null) {
          node.any = new Node();
        }
        node = node.any;
      }
    }
    if (node.route == null) {
      node.route = route;
      count++;
    }
  }

  private enum Kind {
    LITERAL,
    ANY,
    REST
  }

  private static Kind kind(String segment) {
    if (segment.equals("**") || segment.startsWith("{*") || segment.matches("\\*[A-Za-z_]+")) {
      return Kind.REST;
    }
    boolean any =
        segment.startsWith(":") || segment.startsWith("*") || segment.matches(".*[{<].*[}>].*");
    return any ? Kind.ANY : Kind.LITERAL;
  }

  /** The route of a path, which may have a query; null when none is known. */
  @Nullable String find(String path) {
    if (count == 0) {
      return null;
    }
    synchronized (this) {
      return find(root, path, 0);
    }
  }

  private static @Nullable String find(Node node, String path, int from) {
    int start = from;
    while (start < path.length() && path.charAt(start) == '/') {
      start++;
    }
    if (start == path.length() || path.charAt(start) == '?') {
      return node.route != null ? node.route : node.rest;
    }
    int end = start;
    while (end < path.length() && "/?".indexOf(path.charAt(end)) < 0) {
      end++;
    }
    int parameters = path.indexOf(';', start);
    String segment = path.substring(start, parameters < 0 ? end : Math.min(parameters, end));
    Node literal = node.literals.get(segment);
    String found = literal == null ? null : find(literal, path, end);
    if (found == null && node.any != null) {
      found = find(node.any, path, end);
    }
    return found == null ? node.rest : found;
  }
}

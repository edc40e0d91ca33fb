package dev.headroom.gateway.proxy;

import dev.headroom.base.UserError;
import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.upstream.Cluster;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which service answers which path. A pattern is a path, or a path and {@code /**} for everything
 * at and below it; the longest one that matches decides, an exact one before all.
 */
public final class RouteTable {
  private final List<Route> routes;

  private RouteTable(List<Route> routes) {
    this.routes = routes;
  }

  /** One pattern of one service. */
  private record Route(PathPattern pattern, Cluster cluster) {}

  /** Collects the routes. */
  public static final class Builder {
    private final List<Route> routes = new ArrayList<>();

    /** Patterns that {@code cluster} answers. */
    public Builder add(Collection<String> patterns, Cluster cluster) {
      for (String pattern : patterns) {
        PathPattern parsed = PathPattern.of(pattern);
        boolean valid =
            parsed.prefix().isEmpty() ? parsed.below() : parsed.prefix().startsWith("/");
        if (!valid || parsed.prefix().contains("*")) {
          throw UserError.usage(
              "spec.services.%s.paths: %s (expected: a path such as /healthz, or /api/**)"
                  .formatted(cluster.service(), pattern));
        }
        routes.add(new Route(parsed, cluster));
      }
      return this;
    }

    public RouteTable build() {
      routes.sort(Comparator.comparing(Route::pattern));
      return new RouteTable(List.copyOf(routes));
    }
  }

  /** The service for a path; null when none has it. */
  @Nullable Cluster find(String path) {
    for (int i = 0; i < routes.size(); i++) {
      Route route = routes.get(i);
      if (route.pattern.matches(path)) {
        return route.cluster;
      }
    }
    return null;
  }
}

package dev.headroom.apm.alerts;

import dev.headroom.apm.Endpoint;
import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.EndpointStats;
import dev.headroom.apm.Window;
import dev.headroom.signals.LatencySketch;
import dev.headroom.spec.AlertCondition.Measure;
import dev.headroom.spec.AlertSpec;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Figures of endpoints, each window read once per round. Of one thread. */
final class Figures {
  private final TelemetryQueries queries;
  private final Map<Window, List<EndpointStats>> read = new HashMap<>();

  Figures(TelemetryQueries queries) {
    this.queries = queries;
  }

  /** Requests of a subject in a window. */
  record Requests(
      long count, double rate, long clientErrors, long serverErrors, LatencySketch latency) {
    static final Requests NONE = new Requests(0, 0, 0, 0, LatencySketch.empty());

    Requests plus(EndpointStats more) {
      return new Requests(
          count + more.count(),
          rate + more.ratePerSecond(),
          clientErrors + more.clientErrors(),
          serverErrors + more.serverErrors(),
          latency.merge(more.latency()));
    }

    double value(Measure measure) {
      return switch (measure) {
        case P50, P75, P90, P95, P99 -> count == 0 ? 0 : latency.quantile(measure.quantile());
        case MEAN -> count == 0 ? 0 : latency.mean();
        case ERRORS -> count == 0 ? 0 : (double) serverErrors / count;
        case CLIENT_ERRORS -> count == 0 ? 0 : (double) clientErrors / count;
        case RATE -> rate;
      };
    }
  }

  /**
   * What the alert looks at: each endpoint by itself where it names some, else all together, which
   * is there even when nobody asked.
   */
  Map<Optional<Endpoint>, Requests> of(AlertSpec alert, Window window) {
    Map<Optional<Endpoint>, Requests> found = new LinkedHashMap<>();
    if (alert.route().isEmpty()) {
      found.put(Optional.empty(), Requests.NONE);
    }
    for (EndpointStats stats : read.computeIfAbsent(window, queries::endpoints)) {
      if (matches(alert, stats.service(), stats.method(), stats.route())) {
        Optional<Endpoint> subject =
            alert.route().map(r -> new Endpoint(stats.service(), stats.method(), stats.route()));
        found.merge(subject, Requests.NONE.plus(stats), (requests, more) -> requests.plus(stats));
      }
    }
    return found;
  }

  static boolean matches(AlertSpec alert, String service, String method, String route) {
    return alert.service().filter(s -> !s.equals(service)).isEmpty()
        && alert.route().filter(r -> !r.matches(method, route)).isEmpty();
  }
}

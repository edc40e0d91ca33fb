package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.EndpointPoint;
import dev.headroom.apm.TelemetryQueries.EndpointStats;
import dev.headroom.apm.Window;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Requests at the gateway: exact counts, before any sampling. */
final class Traffic {
  private Traffic() {}

  static Endpoints endpoints(List<EndpointStats> endpoints, Window window) {
    return new Endpoints(
        window.from().toEpochMilli(),
        window.to().toEpochMilli(),
        endpoints.stream().map(Endpoint::of).toList());
  }

  static Window lastMinute(Reads reads) {
    return reads.recent(Vocabulary.HTTP_DURATION, Reads.MINUTE);
  }

  /** Over time, of all endpoints together or of one. */
  static List<Point> points(
      Reads reads, Steps steps, Optional<String> service, Optional<String> route) {
    return reads.queries().endpointSeries(steps.window(), steps.step(), service, route).stream()
        .map(point -> Point.of(point, steps.step()))
        .toList();
  }

  /** All endpoints asked in a window. */
  record Endpoints(long from, long to, List<Endpoint> endpoints) {}

  /** One endpoint. */
  record Endpoint(
      String service,
      String method,
      String route,
      long count,
      double perSecond,
      long clientErrors,
      long serverErrors,
      Latency latency) {

    private static Endpoint of(EndpointStats stats) {
      return new Endpoint(
          stats.service(),
          stats.method(),
          stats.route(),
          stats.count(),
          stats.ratePerSecond(),
          stats.clientErrors(),
          stats.serverErrors(),
          Latency.of(stats.latency()));
    }
  }

  /** One step of a chart; rates are per second. */
  record Point(
      long time,
      double perSecond,
      double clientErrorsPerSecond,
      double serverErrorsPerSecond,
      double p50Ms,
      double p95Ms,
      double p99Ms) {

    private static Point of(EndpointPoint point, Duration step) {
      double seconds = step.toMillis() / 1e3;
      Latency latency = Latency.of(point.latency());
      return new Point(
          point.time().toEpochMilli(),
          point.count() / seconds,
          point.clientErrors() / seconds,
          point.serverErrors() / seconds,
          latency.p50Ms(),
          latency.p95Ms(),
          latency.p99Ms());
    }
  }

  /** All endpoints of a window together. */
  record Sum(long count, double perSecond, long clientErrors, long serverErrors, Latency latency) {

    static Sum of(List<EndpointStats> endpoints, Window window) {
      long count = 0;
      long clientErrors = 0;
      long serverErrors = 0;
      LatencySketch latency = LatencySketch.empty();
      for (EndpointStats endpoint : endpoints) {
        count += endpoint.count();
        clientErrors += endpoint.clientErrors();
        serverErrors += endpoint.serverErrors();
        latency = latency.merge(endpoint.latency());
      }
      return new Sum(
          count, count / window.seconds(), clientErrors, serverErrors, Latency.of(latency));
    }
  }
}

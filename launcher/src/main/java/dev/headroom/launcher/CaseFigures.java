package dev.headroom.launcher;

import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.EndpointStats;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.Window;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * What one phase of the case study measured, between two moments under a constant load.
 *
 * @param requestsPerSecond of the API, at the gateway
 * @param apiMeanMs from the request's head to its last byte, at the gateway
 * @param errors share of all requests of the phase that got a 5xx or no answer within ten seconds,
 *     as the traffic saw it, its warm-up included
 * @param queryMeanMs from a statement's sending to the end of its answer, at the router
 * @param primaryCores processor time of the primary's processes per second
 * @param allCores the same of everything: application, databases, Headroom, traffic
 * @param primaryBusy seconds of execution on the primary per second
 * @param primaryShare share of all statements that the primary executed
 * @param waitP99Ms wait for a connection to a server, at the router
 * @param gatewayHits share of the cacheable requests that the gateway answered itself; NaN when it
 *     has no cache
 * @param redisHits share of look-ups in the application's own cache that found something
 * @param nodesCost USD per hour of the simulated nodes
 * @param fleetCost USD per hour of a fleet of fixed size that could hold the most replicas
 */
record CaseFigures(
    double seconds,
    double requestsPerSecond,
    double apiMeanMs,
    double apiP95Ms,
    double errors,
    double queryMeanMs,
    double primaryCores,
    double allCores,
    double primaryBusy,
    double primaryShare,
    double waitP99Ms,
    double gatewayHits,
    double redisHits,
    Range replicas,
    Range nodes,
    double nodesCost,
    double fleetCost) {

  private static final Duration CELL = Duration.ofSeconds(5);
  private static final String API = "/api/";
  private static final String BYPASS = "bypass";
  private static final String MISS = "miss";
  private static final String READY = "ready";
  private static final String PRIMARY = "primary";

  /** The least and the most that was seen. */
  record Range(int least, int most) {
    @Override
    public String toString() {
      return least == most ? Integer.toString(least) : least + " to " + most;
    }
  }

  /** What the store has of {@code window}, with what only the processes and the traffic know. */
  static CaseFigures of(
      TelemetryQueries store,
      Window window,
      double primaryCores,
      double allCores,
      double errors,
      String service) {
    Of of = new Of(store, window);
    LatencySketch api = of.api();
    LatencySketch queries = of.sketch(Vocabulary.QUERY_DURATION, _ -> true);
    LatencySketch primary = of.sketch(Vocabulary.QUERY_DURATION, PRIMARY::equals);
    LatencySketch waits = of.sketch(Vocabulary.QUEUE_DURATION, _ -> true);
    double hits = of.sum(Vocabulary.REDIS_HITS, List.of(), _ -> 1);
    double misses = of.sum(Vocabulary.REDIS_MISSES, List.of(), _ -> 1);
    List<String> byOutcome = List.of(Vocabulary.OUTCOME);
    double cacheable =
        of.sum(Vocabulary.CACHE_REQUESTS, byOutcome, outcome -> outcome.equals(BYPASS) ? 0 : 1);
    double missed =
        of.sum(Vocabulary.CACHE_REQUESTS, byOutcome, outcome -> outcome.equals(MISS) ? 1 : 0);
    return new CaseFigures(
        window.seconds(),
        api.count() / window.seconds(),
        api.mean() * 1000,
        api.quantile(0.95) * 1000,
        errors,
        queries.mean() * 1000,
        primaryCores,
        allCores,
        primary.sum() / window.seconds(),
        queries.count() == 0 ? 0 : (double) primary.count() / queries.count(),
        waits.count() == 0 ? 0 : waits.quantile(0.99) * 1000,
        cacheable == 0 ? Double.NaN : 1 - missed / cacheable,
        hits + misses == 0 ? Double.NaN : hits / (hits + misses),
        of.replicas(service),
        of.nodes(),
        of.mean(Vocabulary.NODES_COST),
        of.mean(Vocabulary.NODES_BASELINE_COST));
  }

  /** Questions about one window. */
  private record Of(TelemetryQueries store, Window window) {

    LatencySketch api() {
      LatencySketch all = LatencySketch.empty();
      for (EndpointStats endpoint : store.endpoints(window)) {
        if (endpoint.route().startsWith(API)) {
          all = all.merge(endpoint.latency());
        }
      }
      return all;
    }

    LatencySketch sketch(String metric, Predicate<String> role) {
      LatencySketch all = LatencySketch.empty();
      for (MetricSeries series : series(metric, List.of(Vocabulary.ROLE))) {
        if (role.test(word(series, Vocabulary.ROLE))) {
          for (Point point : series.points()) {
            all = all.merge(point.sketch());
          }
        }
      }
      return all;
    }

    double sum(String metric, List<String> by, ToDoubleFunction<String> weight) {
      double sum = 0;
      for (MetricSeries series : series(metric, by)) {
        double factor = weight.applyAsDouble(by.isEmpty() ? "" : word(series, by.getFirst()));
        for (Point point : series.points()) {
          sum += factor * point.value();
        }
      }
      return sum;
    }

    double mean(String metric) {
      return byTime(metric, List.of(), _ -> true).values().stream()
          .mapToDouble(Double::doubleValue)
          .average()
          .orElse(Double.NaN);
    }

    Range replicas(String service) {
      return range(
          byTime(
              Vocabulary.REPLICA,
              List.of(Vocabulary.SERVICE, Vocabulary.STATE),
              series ->
                  word(series, Vocabulary.SERVICE).equals(service)
                      && word(series, Vocabulary.STATE).equals(READY)));
    }

    Range nodes() {
      return range(byTime(Vocabulary.NODE_STATE, List.of(), _ -> true));
    }

    private static Range range(Map<?, Double> values) {
      return new Range(
          (int) Math.round(values.values().stream().mapToDouble(v -> v).min().orElse(0)),
          (int) Math.round(values.values().stream().mapToDouble(v -> v).max().orElse(0)));
    }

    private Map<?, Double> byTime(String metric, List<String> by, Predicate<MetricSeries> wanted) {
      Map<java.time.Instant, Double> sums = new TreeMap<>();
      series(metric, by).stream()
          .filter(wanted)
          .flatMap(series -> series.points().stream())
          .forEach(point -> sums.merge(point.time(), point.value(), Double::sum));
      return sums;
    }

    private List<MetricSeries> series(String metric, List<String> by) {
      return store.series(metric, window, CELL, by);
    }

    private static String word(MetricSeries series, String key) {
      return series.group().text(key).orElse("");
    }
  }
}

package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.Window;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.RateLimitSpec;
import dev.headroom.spec.ScaledApp;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the gateway does before a request reaches the application: limits, and the cache. */
record Edge(
    List<Limit> limits,
    List<Offender> offenders,
    List<Map<String, Object>> limitPoints,
    Cache cache) {

  static Edge of(Reads reads, ScaledApp app, Window window) {
    Steps steps = Steps.of(window);
    return new Edge(
        limits(reads, app, window),
        offenders(reads, window),
        limitPoints(reads, steps),
        Cache.of(reads, window, steps));
  }

  private static List<Limit> limits(Reads reads, ScaledApp app, Window window) {
    Map<String, Map<String, Double>> rules = new LinkedHashMap<>();
    app.gateway().rateLimits().forEach(rule -> rules.put(rule.label(), new TreeMap<>()));
    for (MetricSeries series :
        total(
            reads, Vocabulary.LIMIT_REQUESTS, window, Vocabulary.LIMIT_RULE, Vocabulary.OUTCOME)) {
      rules
          .computeIfAbsent(
              series.group().text(Vocabulary.LIMIT_RULE).orElse(""), r -> new TreeMap<>())
          .merge(series.group().text(Vocabulary.OUTCOME).orElse(""), sum(series), Double::sum);
    }
    Map<String, Double> callers = reads.values(Vocabulary.LIMIT_CALLERS, Vocabulary.LIMIT_RULE);
    Map<String, RateLimitSpec> specs =
        app.gateway().rateLimits().stream()
            .collect(Collectors.toMap(RateLimitSpec::label, s -> s, (a, b) -> a));
    return rules.entrySet().stream()
        .map(
            e ->
                new Limit(
                    e.getKey(),
                    Optional.ofNullable(specs.get(e.getKey())).map(s -> s.requests().toString()),
                    Optional.ofNullable(specs.get(e.getKey())).map(RateLimitSpec::observe),
                    e.getValue(),
                    Optional.ofNullable(callers.get(e.getKey()))))
        .toList();
  }

  private static List<Offender> offenders(Reads reads, Window window) {
    return total(
            reads, Vocabulary.LIMIT_OFFENDERS, window, Vocabulary.LIMIT_RULE, Vocabulary.CALLER)
        .stream()
        .map(
            series ->
                new Offender(
                    series.group().text(Vocabulary.LIMIT_RULE).orElse(""),
                    series.group().text(Vocabulary.CALLER).orElse(""),
                    sum(series)))
        .filter(offender -> offender.refused() > 0)
        .sorted(Comparator.comparingDouble(Offender::refused).reversed())
        .limit(50)
        .toList();
  }

  private static List<Map<String, Object>> limitPoints(Reads reads, Steps steps) {
    Timeline timeline = new Timeline();
    for (MetricSeries series : reads.series(Vocabulary.LIMIT_REQUESTS, steps, Vocabulary.OUTCOME)) {
      timeline.add(
          series.group().text(Vocabulary.OUTCOME).orElse(""),
          series,
          point -> point.value() / steps.seconds());
    }
    return timeline.points();
  }

  private static List<MetricSeries> total(
      Reads reads, String metric, Window window, String... groupBy) {
    return reads
        .queries()
        .series(metric, window, Duration.between(window.from(), window.to()), List.of(groupBy));
  }

  private static double sum(MetricSeries series) {
    return series.points().stream().mapToDouble(Point::value).sum();
  }

  /** One rule; outcomes count requests of the window. */
  record Limit(
      String rule,
      Optional<String> requests,
      Optional<Boolean> observe,
      Map<String, Double> outcomes,
      Optional<Double> callers) {}

  /** One of those who were refused most. */
  record Offender(String rule, String caller, double refused) {}

  /**
   * The response cache.
   *
   * @param routes outcomes by endpoint
   */
  record Cache(
      List<Route> routes,
      List<Map<String, Object>> points,
      Map<String, Double> evictions,
      Map<String, Double> shared,
      Optional<Double> memoryBytes,
      Optional<Double> memoryLimit,
      Optional<Double> entries,
      double servedBytes) {

    private static Cache of(Reads reads, Window window, Steps steps) {
      Map<List<String>, Map<String, Double>> routes = new LinkedHashMap<>();
      for (MetricSeries series :
          total(
              reads,
              Vocabulary.CACHE_REQUESTS,
              window,
              Vocabulary.SERVICE,
              Vocabulary.ROUTE,
              Vocabulary.OUTCOME)) {
        routes
            .computeIfAbsent(
                List.of(
                    series.group().text(Vocabulary.SERVICE).orElse(""),
                    series.group().text(Vocabulary.ROUTE).orElse("")),
                r -> new TreeMap<>())
            .merge(series.group().text(Vocabulary.OUTCOME).orElse(""), sum(series), Double::sum);
      }
      Timeline timeline = new Timeline();
      for (MetricSeries series :
          reads.series(Vocabulary.CACHE_REQUESTS, steps, Vocabulary.OUTCOME)) {
        timeline.add(
            series.group().text(Vocabulary.OUTCOME).orElse(""),
            series,
            point -> point.value() / steps.seconds());
      }
      List<GaugeValue> memory =
          List.copyOf(reads.present(Vocabulary.CACHE_MEMORY, "headroom.limit_bytes"));
      double entries = reads.sum(Vocabulary.CACHE_ENTRIES);
      return new Cache(
          routes.entrySet().stream()
              .map(e -> new Route(e.getKey().get(0), e.getKey().get(1), e.getValue()))
              .toList(),
          timeline.points(),
          byWord(reads, Vocabulary.CACHE_EVICTIONS, window, Vocabulary.REASON),
          byWord(reads, Vocabulary.CACHE_SHARED, window, Vocabulary.OUTCOME),
          memory.stream().findFirst().map(GaugeValue::value),
          memory.stream()
              .flatMap(
                  m ->
                      m.attributes().get("headroom.limit_bytes") instanceof Number limit
                          ? java.util.stream.Stream.of(limit.doubleValue())
                          : java.util.stream.Stream.empty())
              .findFirst(),
          Double.isNaN(entries) ? Optional.empty() : Optional.of(entries),
          total(reads, Vocabulary.CACHE_SERVED_BYTES, window).stream()
              .mapToDouble(Edge::sum)
              .sum());
    }

    private static Map<String, Double> byWord(
        Reads reads, String metric, Window window, String word) {
      Map<String, Double> values = new TreeMap<>();
      for (MetricSeries series : total(reads, metric, window, word)) {
        values.merge(series.group().text(word).orElse(""), sum(series), Double::sum);
      }
      return values;
    }
  }

  /** What became of requests to one endpoint, at the cache. */
  record Route(String service, String route, Map<String, Double> outcomes) {}
}

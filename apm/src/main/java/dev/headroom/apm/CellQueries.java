package dev.headroom.apm;

import dev.headroom.apm.TelemetryQueries.EndpointPoint;
import dev.headroom.apm.TelemetryQueries.EndpointStats;
import dev.headroom.apm.TelemetryQueries.MetricName;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.TelemetryQueries.QueryStats;
import dev.headroom.apm.analysis.SpanFacts;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Answers out of cells, wherever these are. */
final class CellQueries {
  private final CellSource cells;
  private final QueryTexts texts;

  CellQueries(CellSource cells, QueryTexts texts) {
    this.cells = cells;
    this.texts = texts;
  }

  List<EndpointStats> endpoints(Window window) {
    Map<Endpoint, Requests> found = new LinkedHashMap<>();
    scanEndpoints(window, (endpoint, time) -> found.computeIfAbsent(endpoint, e -> new Requests()));
    return stats(found, window);
  }

  /** What services say of their own requests, also behind the gateway: a sample there. */
  List<EndpointStats> ownRequests(Window window) {
    Map<Endpoint, Requests> found = new LinkedHashMap<>();
    cells.scan(
        Vocabulary.SERVER_SPANS,
        Times.nanos(window.from()),
        Times.nanos(window.to()),
        (series, time, value, sketch) -> {
          Answered answered = Answered.of(series);
          add(
              found.computeIfAbsent(answered.endpoint, e -> new Requests()),
              answered.statusClass,
              value,
              sketch);
        });
    return stats(found, window);
  }

  private static List<EndpointStats> stats(Map<Endpoint, Requests> found, Window window) {
    List<EndpointStats> stats = new ArrayList<>();
    found.forEach(
        (endpoint, requests) ->
            stats.add(
                new EndpointStats(
                    endpoint.service(),
                    endpoint.method(),
                    endpoint.route(),
                    requests.count,
                    window.seconds() == 0 ? 0 : requests.count / window.seconds(),
                    requests.clientErrors,
                    requests.serverErrors,
                    requests.latency.toSketch())));
    stats.sort(
        Comparator.comparingLong(EndpointStats::count)
            .reversed()
            .thenComparing(EndpointStats::service)
            .thenComparing(EndpointStats::route)
            .thenComparing(EndpointStats::method));
    return stats;
  }

  List<EndpointPoint> endpointSeries(
      Window window, Duration step, Optional<String> service, Optional<String> route) {
    TreeMap<Long, Requests> steps = new TreeMap<>();
    scanEndpoints(
        window,
        (endpoint, time) ->
            (service.isPresent() && !service.get().equals(endpoint.service()))
                    || (route.isPresent() && !route.get().equals(endpoint.route()))
                ? null
                : steps.computeIfAbsent(step(time, step), s -> new Requests()));
    return points(steps);
  }

  Map<Endpoint, List<EndpointPoint>> endpointsOverTime(Window window, Duration step) {
    Map<Endpoint, TreeMap<Long, Requests>> found = new LinkedHashMap<>();
    scanEndpoints(
        window,
        (endpoint, time) ->
            found
                .computeIfAbsent(endpoint, e -> new TreeMap<>())
                .computeIfAbsent(step(time, step), s -> new Requests()));
    Map<Endpoint, List<EndpointPoint>> series = new LinkedHashMap<>();
    found.forEach((endpoint, steps) -> series.put(endpoint, points(steps)));
    return series;
  }

  private static List<EndpointPoint> points(TreeMap<Long, Requests> steps) {
    List<EndpointPoint> points = new ArrayList<>();
    steps.forEach(
        (time, requests) ->
            points.add(
                new EndpointPoint(
                    Times.instant(time),
                    requests.count,
                    requests.clientErrors,
                    requests.serverErrors,
                    requests.latency.toSketch())));
    return points;
  }

  private interface Chooser {
    @Nullable Requests where(Endpoint endpoint, long time);
  }

  /* The gateway's figures are exact; spans count only for services that it does not know. */
  private void scanEndpoints(Window window, Chooser chooser) {
    long from = Times.nanos(window.from());
    long to = Times.nanos(window.to());
    Map<Series, Answered> known = new HashMap<>();
    Set<String> behindGateway = new HashSet<>();
    cells.scan(
        Vocabulary.HTTP_DURATION,
        from,
        to,
        (series, time, value, sketch) -> {
          // Instrumented applications send this metric as well, without saying whose service.
          if (series.attributes().get(Vocabulary.SERVICE) == null) {
            return;
          }
          Answered answered = known.computeIfAbsent(series, Answered::of);
          behindGateway.add(answered.endpoint.service());
          add(chooser.where(answered.endpoint, time), answered.statusClass, value, sketch);
        });
    cells.scan(
        Vocabulary.SERVER_SPANS,
        from,
        to,
        (series, time, value, sketch) -> {
          Answered answered = known.computeIfAbsent(series, Answered::of);
          if (!behindGateway.contains(answered.endpoint.service())) {
            add(chooser.where(answered.endpoint, time), answered.statusClass, value, sketch);
          }
        });
  }

  private static void add(
      @Nullable Requests requests, int statusClass, double value, byte @Nullable [] sketch) {
    if (requests != null) {
      requests.add(statusClass, (long) value, sketch);
    }
  }

  List<QueryStats> queries(Window window) {
    Map<String, Requests> found = new HashMap<>();
    Map<String, Long> onReplicas = new HashMap<>();
    cells.scan(
        Vocabulary.QUERY_DURATION,
        Times.nanos(window.from()),
        Times.nanos(window.to()),
        (series, time, value, sketch) -> {
          if (series.attributes().get(Vocabulary.QUERY) instanceof String query) {
            found.computeIfAbsent(query, q -> new Requests()).add(0, (long) value, sketch);
            if ("replica".equals(series.attributes().get(Vocabulary.ROLE))) {
              onReplicas.merge(query, (long) value, Long::sum);
            }
          }
        });
    List<QueryStats> stats = new ArrayList<>();
    found.forEach(
        (query, requests) ->
            stats.add(
                new QueryStats(
                    query,
                    texts.of(query),
                    requests.count,
                    onReplicas.getOrDefault(query, 0L),
                    requests.latency.toSketch())));
    stats.sort(
        Comparator.comparingDouble((QueryStats s) -> s.latency().sum())
            .reversed()
            .thenComparing(QueryStats::fingerprint));
    return stats;
  }

  List<MetricSeries> series(String metric, Window window, Duration step, List<String> groupBy) {
    return series(metric, window, step, attributes -> group(attributes, groupBy));
  }

  List<MetricSeries> allSeries(String metric, Window window, Duration step) {
    return series(metric, window, step, UnaryOperator.identity());
  }

  /** What the series are called. */
  static List<MetricName> names(Collection<Series> series) {
    return series.stream()
        .map(s -> new MetricName(s.metric(), s.unit(), MetricName.Kind.valueOf(s.kind().name())))
        .distinct()
        .sorted(Comparator.comparing(MetricName::name))
        .toList();
  }

  private List<MetricSeries> series(
      String metric, Window window, Duration step, UnaryOperator<Attributes> group) {
    Map<Series, TreeMap<Long, Bucket>> bySeries = new LinkedHashMap<>();
    cells.scan(
        metric,
        Times.nanos(window.from()),
        Times.nanos(window.to()),
        (series, time, value, sketch) -> {
          Bucket bucket =
              bySeries
                  .computeIfAbsent(series, s -> new TreeMap<>())
                  .computeIfAbsent(step(time, step), s -> new Bucket());
          bucket.sum += value;
          bucket.count++;
          if (sketch != null) {
            SketchBytes.addTo(bucket.sketch(), sketch);
          }
        });
    Map<Attributes, TreeMap<Long, Bucket>> byGroup = new LinkedHashMap<>();
    bySeries.forEach(
        (series, steps) -> {
          TreeMap<Long, Bucket> of =
              byGroup.computeIfAbsent(group.apply(series.attributes()), g -> new TreeMap<>());
          steps.forEach(
              (time, bucket) -> {
                Bucket into = of.computeIfAbsent(time, t -> new Bucket());
                into.sum +=
                    series.kind() == Series.Kind.GAUGE ? bucket.sum / bucket.count : bucket.sum;
                into.merge(bucket);
              });
        });
    List<MetricSeries> answer = new ArrayList<>();
    byGroup.forEach(
        (key, steps) -> {
          List<Point> points = new ArrayList<>();
          steps.forEach(
              (time, bucket) ->
                  points.add(new Point(Times.instant(time), bucket.sum, bucket.toSketch())));
          answer.add(new MetricSeries(key, points));
        });
    return answer;
  }

  private static Attributes group(Attributes attributes, List<String> groupBy) {
    Map<String, Object> group = new HashMap<>();
    for (String key : groupBy) {
      Object value = attributes.get(key);
      if (value != null) {
        group.put(key, value);
      }
    }
    return Attributes.of(group);
  }

  private static long step(long time, Duration step) {
    long nanos = Math.max(1, step.toNanos());
    return Math.floorDiv(time, nanos) * nanos;
  }

  private static Endpoint endpointOf(Series series) {
    Attributes attributes = series.attributes();
    return new Endpoint(
        attributes.text(Vocabulary.SERVICE).orElse(""),
        attributes.text(Vocabulary.METHOD).orElse(""),
        attributes.text(Vocabulary.ROUTE).orElse(SpanFacts.NO_ROUTE));
  }

  /** The endpoint of a series, and 4 or 5 when its requests were errors. */
  private record Answered(Endpoint endpoint, int statusClass) {
    static Answered of(Series series) {
      String status = series.attributes().text(Vocabulary.STATUS_CODE).orElse("");
      return new Answered(endpointOf(series), (int) (SpanFacts.status(status) / 100));
    }
  }

  private static final class Requests {
    final SketchSum latency = new SketchSum();
    long count;
    long clientErrors;
    long serverErrors;

    void add(int statusClass, long more, byte @Nullable [] sketch) {
      count += more;
      clientErrors += statusClass == 4 ? more : 0;
      serverErrors += statusClass == 5 ? more : 0;
      if (sketch != null) {
        SketchBytes.addTo(latency, sketch);
      }
    }
  }

  private static final class Bucket {
    double sum;
    long count;
    private @Nullable SketchSum sketch;

    SketchSum sketch() {
      SketchSum is = sketch;
      if (is == null) {
        is = new SketchSum();
        sketch = is;
      }
      return is;
    }

    void merge(Bucket other) {
      if (other.sketch != null) {
        SketchBytes.addTo(sketch(), SketchBytes.encode(other.sketch.toSketch()));
      }
    }

    LatencySketch toSketch() {
      return sketch == null ? LatencySketch.empty() : sketch.toSketch();
    }
  }
}

package dev.headroom.apm.promql;

import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.MetricName;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.Window;
import dev.headroom.apm.promql.Expression.Increase;
import dev.headroom.apm.promql.Expression.Quantile;
import dev.headroom.apm.promql.Expression.Selector;
import dev.headroom.apm.promql.Expression.Sum;
import dev.headroom.base.UserError;
import dev.headroom.signals.LatencySketch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers an expression at the steps of a range out of the store's cells. Counters and histograms
 * are kept as what was added in five seconds, so they are asked for by {@code rate} or {@code
 * increase} only; a window begins and ends with a cell.
 */
public final class Evaluation {
  private static final Duration CELL = Duration.ofSeconds(5);
  private static final Duration LOOKBACK = Duration.ofMinutes(5);
  private static final int MOST_STEPS = 11_000;

  private final TelemetryQueries queries;
  private final List<Instant> steps;

  private Evaluation(TelemetryQueries queries, List<Instant> steps) {
    this.queries = queries;
    this.steps = steps;
  }

  /** A series of numbers by step; null where there is none. */
  public record Values(Map<String, String> labels, List<@Nullable Double> values) {}

  /**
   * Answers {@code query} at {@code start}, then every {@code step} until {@code end}.
   *
   * @throws UserError when it asks for something that is not served
   */
  public static List<Values> of(
      TelemetryQueries queries, String query, Instant start, Instant end, Duration step) {
    Expression expression = PromQl.parse(query);
    List<Instant> steps = new ArrayList<>();
    for (Instant at = start; !at.isAfter(end); at = at.plus(step)) {
      steps.add(at);
      if (steps.size() > MOST_STEPS) {
        throw UserError.usage(
            "step: more than " + MOST_STEPS + " points (expected: a longer step)");
      }
    }
    if (steps.isEmpty()) {
      return List.of();
    }
    return new Evaluation(queries, steps).answer(expression);
  }

  /**
   * Reads {@code 5m}.
   *
   * @throws UserError when it is no duration
   */
  public static Duration duration(String text) {
    return PromQl.duration(text);
  }

  private List<Values> answer(Expression expression) {
    List<Values> answer = new ArrayList<>();
    for (Vector vector : vectors(expression)) {
      List<@Nullable Double> values = new ArrayList<>();
      for (Sample sample : vector.samples) {
        values.add(sample == null ? null : Double.valueOf(sample.value));
      }
      answer.add(new Values(vector.labels, values));
    }
    answer.sort(Comparator.comparing(v -> v.labels().toString()));
    return answer;
  }

  /* A number, and of a histogram what it was made of. */
  private record Sample(double value, LatencySketch sketch) {}

  private record Vector(Map<String, String> labels, List<@Nullable Sample> samples) {}

  private List<Vector> vectors(Expression expression) {
    return switch (expression) {
      case Selector selector -> gauge(selector);
      case Increase increase -> increase(increase);
      case Sum sum -> sum(sum);
      case Quantile quantile -> quantile(quantile);
    };
  }

  private List<Vector> gauge(Selector selector) {
    Optional<Names.Metric> metric = Names.find(queries.metrics(), selector.name());
    if (metric.isEmpty()) {
      return List.of();
    }
    if (metric.get().name().kind() != MetricName.Kind.GAUGE) {
      throw UserError.usage(
          "query: "
              + selector.name()
              + " is a counter (expected: rate or increase of it; totals since the start are not"
              + " kept)");
    }
    List<Vector> found = new ArrayList<>();
    for (MetricSeries series : read(metric.get(), LOOKBACK, CELL)) {
      TreeMap<Instant, Point> points = byTime(series);
      @Nullable Sample[] samples = new @Nullable Sample[steps.size()];
      for (int i = 0; i < samples.length; i++) {
        Map.Entry<Instant, Point> last = points.floorEntry(steps.get(i));
        if (last != null && last.getKey().isAfter(steps.get(i).minus(LOOKBACK))) {
          samples[i] = new Sample(last.getValue().value(), LatencySketch.empty());
        }
      }
      add(found, selector, series, samples);
    }
    return found;
  }

  private List<Vector> increase(Increase increase) {
    Optional<Names.Metric> metric = Names.find(queries.metrics(), increase.selector().name());
    if (metric.isEmpty()) {
      return List.of();
    }
    if (metric.get().name().kind() == MetricName.Kind.GAUGE) {
      throw UserError.usage(
          "query: "
              + increase.selector().name()
              + " is a gauge (expected: a counter to take a rate of)");
    }
    double per = increase.perSecond() ? increase.window().toNanos() / 1e9 : 1;
    List<Vector> found = new ArrayList<>();
    for (MetricSeries series : read(metric.get(), increase.window(), CELL)) {
      TreeMap<Instant, Point> points = byTime(series);
      @Nullable Sample[] samples = new @Nullable Sample[steps.size()];
      for (int i = 0; i < samples.length; i++) {
        Map<Instant, Point> window =
            points.subMap(steps.get(i).minus(increase.window()), true, steps.get(i), false);
        if (!window.isEmpty()) {
          samples[i] = added(metric.get().part(), window, per);
        }
      }
      add(found, increase.selector(), series, samples);
    }
    return found;
  }

  private static Sample added(Names.Part part, Map<Instant, Point> window, double per) {
    double total = 0;
    LatencySketch sketch = LatencySketch.empty();
    for (Point point : window.values()) {
      total += part == Names.Part.SUM ? point.sketch().sum() : point.value();
      sketch = part == Names.Part.BUCKETS ? sketch.merge(point.sketch()) : sketch;
    }
    return new Sample(total / per, sketch);
  }

  private List<MetricSeries> read(Names.Metric metric, Duration before, Duration step) {
    return queries.allSeries(
        metric.name().name(),
        new Window(steps.getFirst().minus(before), steps.getLast().plusNanos(1)),
        step);
  }

  private static TreeMap<Instant, Point> byTime(MetricSeries series) {
    TreeMap<Instant, Point> points = new TreeMap<>();
    series.points().forEach(p -> points.put(p.time(), p));
    return points;
  }

  private static void add(
      List<Vector> found, Selector selector, MetricSeries series, @Nullable Sample[] samples) {
    Map<String, String> labels = Names.labels(series.group());
    boolean wanted =
        selector.matchers().stream().allMatch(m -> m.matches(labels.getOrDefault(m.label(), "")));
    boolean empty = true;
    for (Sample sample : samples) {
      empty &= sample == null;
    }
    if (wanted && !empty) {
      found.add(new Vector(labels, Arrays.asList(samples)));
    }
  }

  private List<Vector> sum(Sum sum) {
    Map<Map<String, String>, @Nullable Sample[]> groups = new LinkedHashMap<>();
    for (Vector vector : vectors(sum.of())) {
      Map<String, String> labels = new LinkedHashMap<>();
      for (String label : sum.by()) {
        String value = vector.labels.get(label);
        if (value != null) {
          labels.put(label, value);
        }
      }
      @Nullable Sample[] into =
          groups.computeIfAbsent(labels, l -> new @Nullable Sample[steps.size()]);
      for (int i = 0; i < into.length; i++) {
        Sample more = vector.samples.get(i);
        Sample so = into[i];
        if (more != null) {
          into[i] =
              so == null ? more : new Sample(so.value + more.value, so.sketch.merge(more.sketch));
        }
      }
    }
    List<Vector> answer = new ArrayList<>();
    groups.forEach((labels, samples) -> answer.add(new Vector(labels, Arrays.asList(samples))));
    return answer;
  }

  private List<Vector> quantile(Quantile quantile) {
    List<Vector> answer = new ArrayList<>();
    for (Vector vector : vectors(quantile.of())) {
      @Nullable Sample[] samples = new @Nullable Sample[steps.size()];
      for (int i = 0; i < samples.length; i++) {
        Sample sample = vector.samples.get(i);
        if (sample != null && sample.sketch.count() > 0) {
          double q = Math.clamp(quantile.quantile(), 0, 1);
          samples[i] = new Sample(sample.sketch.quantile(q), LatencySketch.empty());
        }
      }
      answer.add(new Vector(vector.labels, Arrays.asList(samples)));
    }
    return answer;
  }
}

package dev.headroom.signals;

import dev.headroom.base.TimeSource;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The metrics of a process as OpenMetrics text (version 1.0.0), for those who scrape: deltas are
 * added up, gauges are shown as they were last. Thread-safe.
 *
 * <p>A sketch is counted into fixed buckets, as far as its error of half a percent allows. Memory
 * is bounded: a gauge goes 20 s after it was last written and a counter after an hour; series
 * beyond 10,000 are not kept, and counted.
 */
public final class OpenMetrics implements TelemetryConsumer {
  /** What {@link #text} is. */
  public static final String CONTENT_TYPE =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private static final double[] BOUNDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
  };
  private static final int MAX_SERIES = 10_000;
  private static final Duration GAUGE_LIFE = Duration.ofSeconds(20);
  private static final Duration COUNTER_LIFE = Duration.ofHours(1);

  private final TimeSource time;
  private final Map<String, Family> families = new TreeMap<>();
  private int series;
  private double dropped;

  public OpenMetrics(TimeSource time) {
    this.time = time;
  }

  private enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM;

    static Kind of(Metric metric) {
      return switch (metric) {
        case Metric.Histogram _ -> HISTOGRAM;
        case Metric.Sum _ -> COUNTER;
        case Metric.Gauge _ -> GAUGE;
      };
    }
  }

  /** The series of one name. */
  private static final class Family {
    final Kind kind;
    final String unit;
    final Map<String, Series> series = new LinkedHashMap<>();

    Family(Kind kind, String unit) {
      this.kind = kind;
      this.unit = unit;
    }
  }

  private static final class Series {
    long writtenAt;
    double value;
    long count;
    final long[] buckets;

    Series(Kind kind) {
      buckets = new long[kind == Kind.HISTOGRAM ? BOUNDS.length + 1 : 0];
    }

    void take(Metric metric) {
      switch (metric) {
        case Metric.Sum sum -> value += sum.value();
        case Metric.Gauge gauge -> value = gauge.value();
        case Metric.Histogram histogram -> {
          LatencySketch sketch = histogram.sketch();
          value += sketch.sum();
          count += sketch.count();
          buckets[0] += sketch.zeros();
          int[] indexes = sketch.indexes();
          for (int i = 0; i < indexes.length; i++) {
            buckets[bucket(LatencySketch.lowerBound(indexes[i]))] += sketch.counts()[i];
          }
        }
      }
    }

    private static int bucket(double value) {
      int found = Arrays.binarySearch(BOUNDS, value);
      return found < 0 ? -found - 1 : found;
    }
  }

  @Override
  public synchronized void accept(Telemetry telemetry) {
    long now = time.nanoTime();
    for (Metric metric : telemetry.metrics()) {
      String unit = unit(metric.unit());
      String name = name(metric.name(), unit);
      Kind kind = Kind.of(metric);
      Family family = families.computeIfAbsent(name, _ -> new Family(kind, unit));
      if (family.kind != kind) {
        continue; // A name has one type: the first one's.
      }
      String labels = labels(metric.attributes());
      Series known = family.series.get(labels);
      if (known == null) {
        if (series >= MAX_SERIES) {
          dropped++;
          continue;
        }
        known = new Series(kind);
        family.series.put(labels, known);
        series++;
      }
      known.take(metric);
      known.writtenAt = now;
    }
  }

  /** Everything that is known now. */
  public synchronized String text() {
    forget();
    StringBuilder out = new StringBuilder();
    families.forEach((name, family) -> write(out, name, family));
    out.append("# TYPE headroom_openmetrics_dropped counter\n");
    out.append("headroom_openmetrics_dropped_total ").append(number(dropped)).append('\n');
    return out.append("# EOF\n").toString();
  }

  private void forget() {
    long now = time.nanoTime();
    for (Family family : families.values()) {
      long life = (family.kind == Kind.GAUGE ? GAUGE_LIFE : COUNTER_LIFE).toNanos();
      family.series.values().removeIf(each -> now - each.writtenAt > life);
    }
    families.values().removeIf(family -> family.series.isEmpty());
    series = families.values().stream().mapToInt(family -> family.series.size()).sum();
  }

  private static void write(StringBuilder out, String name, Family family) {
    String type = family.kind.name().toLowerCase(java.util.Locale.ROOT);
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    if (!family.unit.isEmpty()) {
      out.append("# UNIT ").append(name).append(' ').append(family.unit).append('\n');
    }
    family.series.forEach(
        (labels, series) -> {
          switch (family.kind) {
            case COUNTER -> sample(out, name + "_total", labels, number(series.value));
            case GAUGE -> sample(out, name, labels, number(series.value));
            case HISTOGRAM -> histogram(out, name, labels, series);
          }
        });
  }

  private static void histogram(StringBuilder out, String name, String labels, Series series) {
    long below = 0;
    for (int i = 0; i <= BOUNDS.length; i++) {
      below += series.buckets[i];
      String bound = "le=\"" + (i < BOUNDS.length ? number(BOUNDS[i]) : "+Inf") + '"';
      sample(
          out,
          name + "_bucket",
          labels.isEmpty() ? bound : labels + ',' + bound,
          Long.toString(below));
    }
    sample(out, name + "_count", labels, Long.toString(series.count));
    sample(out, name + "_sum", labels, number(series.value));
  }

  private static void sample(StringBuilder out, String name, String labels, String value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ').append(value).append('\n');
  }

  private static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return BigDecimal.valueOf(value).setScale(1, java.math.RoundingMode.HALF_EVEN).toString();
    }
    return Double.toString(value);
  }

  /* UCUM as Prometheus spells it; what stands in braces only comments. */
  private static String unit(String ucum) {
    return switch (ucum) {
      case "s" -> "seconds";
      case "By" -> "bytes";
      default -> "";
    };
  }

  private static String name(String name, String unit) {
    String clean = clean(name);
    return unit.isEmpty() || clean.endsWith("_" + unit) ? clean : clean + "_" + unit;
  }

  private static String clean(String name) {
    return name.replaceAll("[^a-zA-Z0-9_]", "_");
  }

  private static String labels(Attributes attributes) {
    return attributes.toMap().entrySet().stream()
        .map(each -> clean(each.getKey()) + "=\"" + escaped(each.getValue().toString()) + '"')
        .collect(Collectors.joining(","));
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}

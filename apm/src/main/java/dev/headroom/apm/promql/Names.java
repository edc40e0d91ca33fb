package dev.headroom.apm.promql;

import dev.headroom.apm.TelemetryQueries.MetricName;
import dev.headroom.signals.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * OpenTelemetry's names as Prometheus writes them: {@code http.server.request.duration} in seconds
 * is {@code http_server_request_duration_seconds}, with {@code _count}, {@code _sum} and {@code
 * _bucket}; sums end in {@code _total}.
 *
 * @see <a
 *     href="https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/">Prometheus
 *     compatibility</a>
 */
public final class Names {
  private Names() {}

  /** What of a histogram is asked for. */
  enum Part {
    COUNT("_count"),
    SUM("_sum"),
    BUCKETS("_bucket"),
    VALUE("");

    private final String suffix;

    Part(String suffix) {
      this.suffix = suffix;
    }
  }

  record Metric(MetricName name, Part part) {}

  static Optional<Metric> find(List<MetricName> metrics, String wanted) {
    for (MetricName metric : metrics) {
      String base = base(metric);
      for (Part part : parts(metric)) {
        if (wanted.equals(base + part.suffix)) {
          return Optional.of(new Metric(metric, part));
        }
      }
      // The name alone stands for the buckets, as of Prometheus's own sparse histograms.
      if (metric.kind() == MetricName.Kind.HISTOGRAM && wanted.equals(base)) {
        return Optional.of(new Metric(metric, Part.BUCKETS));
      }
    }
    return Optional.empty();
  }

  private static List<Part> parts(MetricName metric) {
    return metric.kind() == MetricName.Kind.HISTOGRAM
        ? List.of(Part.COUNT, Part.SUM, Part.BUCKETS)
        : List.of(Part.VALUE);
  }

  /** Everything that can be asked for. */
  public static List<String> all(List<MetricName> metrics) {
    List<String> names = new ArrayList<>();
    for (MetricName metric : metrics) {
      parts(metric).forEach(p -> names.add(base(metric) + p.suffix));
    }
    return names.stream().distinct().sorted().toList();
  }

  private static String base(MetricName metric) {
    String name = word(metric.name());
    String unit =
        switch (metric.unit()) {
          case "s" -> "_seconds";
          case "ms" -> "_milliseconds";
          case "By" -> "_bytes";
          default -> "";
        };
    String withUnit = name.endsWith(unit) ? name : name + unit;
    return metric.kind() == MetricName.Kind.SUM && !withUnit.endsWith("_total")
        ? withUnit + "_total"
        : withUnit;
  }

  /** Attributes as labels. */
  public static Map<String, String> labels(Attributes attributes) {
    Map<String, String> labels = new TreeMap<>();
    attributes.forEach((key, value) -> labels.put(word(key), value.toString()));
    return labels;
  }

  private static String word(String name) {
    String word = name.replaceAll("[^a-zA-Z0-9_:]", "_");
    return word.isEmpty() || Character.isDigit(word.charAt(0)) ? "_" + word : word;
  }
}

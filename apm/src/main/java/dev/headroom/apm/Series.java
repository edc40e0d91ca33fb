package dev.headroom.apm;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.Metric;

/** What cells belong to: a metric and one combination of its attributes. */
record Series(Kind kind, String metric, String unit, Attributes attributes) {

  /** How values of the same time come together: mean, sum, merged sketch. */
  enum Kind {
    GAUGE,
    SUM,
    HISTOGRAM
  }

  private static final String[] IDENTITY = {"service.name", "service.instance.id"};

  /** Two processes that measure the same thing are two series: what tells them apart is added. */
  static Series of(Metric metric) {
    Attributes attributes = metric.attributes();
    for (String key : IDENTITY) {
      Object value = metric.resource().get(key);
      if (value != null && attributes.get(key) == null) {
        attributes = attributes.with(key, value);
      }
    }
    Kind kind =
        switch (metric) {
          case Metric.Gauge _ -> Kind.GAUGE;
          case Metric.Sum _ -> Kind.SUM;
          case Metric.Histogram _ -> Kind.HISTOGRAM;
        };
    return new Series(kind, metric.name(), metric.unit(), attributes);
  }

  /** Where points go when the metric has too many series. */
  Series overflow() {
    return new Series(kind, metric, unit, Attributes.of("otel.metric.overflow", true));
  }
}

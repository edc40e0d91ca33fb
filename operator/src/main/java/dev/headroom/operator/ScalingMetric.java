package dev.headroom.operator;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A figure that a HorizontalPodAutoscaler can ask Headroom for, of one service. */
public enum ScalingMetric {
  /** Requests in progress, of all replicas together. */
  HEADROOM_IN_FLIGHT,
  /** 95th percentile of the response time, in seconds. */
  HEADROOM_P95;

  /** As in {@code metric.name}. */
  public String metric() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<ScalingMetric> of(String metric) {
    return Arrays.stream(values()).filter(each -> each.metric().equals(metric)).findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values()).map(ScalingMetric::metric).toList();
  }
}

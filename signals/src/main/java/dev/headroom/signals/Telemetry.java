package dev.headroom.signals;

import java.util.List;

/** A batch of what was measured. */
public record Telemetry(List<Span> spans, List<Metric> metrics, List<LogRecord> logs) {

  public Telemetry {
    spans = List.copyOf(spans);
    metrics = List.copyOf(metrics);
    logs = List.copyOf(logs);
  }

  public static Telemetry spans(List<Span> spans) {
    return new Telemetry(spans, List.of(), List.of());
  }

  public static Telemetry metrics(List<? extends Metric> metrics) {
    return new Telemetry(List.of(), List.copyOf(metrics), List.of());
  }

  public static Telemetry event(LogRecord event) {
    return new Telemetry(List.of(), List.of(), List.of(event));
  }

  public boolean isEmpty() {
    return spans.isEmpty() && metrics.isEmpty() && logs.isEmpty();
  }
}

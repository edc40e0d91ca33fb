package dev.headroom.demo.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the exporter at the first metric, as {@link LateSpanExporter} does; sums are deltas. */
final class LateMetricExporter implements MetricExporter {
  private final Supplier<MetricExporter> maker;
  private @Nullable MetricExporter exporter;

  LateMetricExporter(Supplier<MetricExporter> maker) {
    this.maker = maker;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return AggregationTemporalitySelector.deltaPreferred().getAggregationTemporality(type);
  }

  @Override
  public synchronized CompletableResultCode export(Collection<MetricData> metrics) {
    MetricExporter current = exporter;
    if (current == null) {
      current = maker.get();
      exporter = current;
    }
    return current.export(metrics);
  }

  @Override
  public synchronized CompletableResultCode flush() {
    return exporter == null ? CompletableResultCode.ofSuccess() : exporter.flush();
  }

  @Override
  public synchronized CompletableResultCode shutdown() {
    return exporter == null ? CompletableResultCode.ofSuccess() : exporter.shutdown();
  }
}

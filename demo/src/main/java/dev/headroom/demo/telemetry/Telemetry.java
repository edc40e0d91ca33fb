package dev.headroom.demo.telemetry;

import dev.headroom.demo.settings.Settings;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Optional;

/** Where spans and metrics go: to {@code OTEL_EXPORTER_OTLP_ENDPOINT}, or nowhere without one. */
public record Telemetry(Tracer tracer, Meter meter, Runnable onClose) implements AutoCloseable {
  private static final String SCOPE = "dev.headroom.demo";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Starts the exporters; they come up lazily and a dead receiver stops nobody. */
  public static Telemetry start(Settings settings, Instance instance) {
    Optional<String> endpoint = settings.find("OTEL_EXPORTER_OTLP_ENDPOINT");
    if (endpoint.isEmpty()) {
      return none();
    }
    String base = endpoint.get().replaceAll("/+$", "");
    return exporting(
        new LateSpanExporter(
            () ->
                OtlpHttpSpanExporter.builder()
                    .setEndpoint(base + "/v1/traces")
                    .setTimeout(PATIENCE)
                    .build()),
        Optional.of(base + "/v1/metrics"),
        settings.ratio("OTEL_TRACES_SAMPLER_ARG", 0.1, 1),
        instance);
  }

  public static Telemetry none() {
    return new Telemetry(
        TracerProvider.noop().get(SCOPE), MeterProvider.noop().get(SCOPE), () -> {});
  }

  /** Sends sampled spans to the exporter; the caller's decision, if there is one, wins. */
  public static Telemetry exporting(
      SpanExporter spans, Optional<String> metrics, double ratio, Instance instance) {
    AttributesBuilder attributes = Attributes.builder();
    instance.attributes().forEach(attributes::put);
    Resource resource = Resource.getDefault().merge(Resource.create(attributes.build()));
    SdkTracerProvider traces =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
            .addSpanProcessor(
                BatchSpanProcessor.builder(spans)
                    .setScheduleDelay(Duration.ofSeconds(2))
                    .setMaxQueueSize(4096)
                    .build())
            .build();
    var meters = SdkMeterProvider.builder().setResource(resource);
    metrics.ifPresent(
        url ->
            meters.registerMetricReader(
                PeriodicMetricReader.builder(
                        new LateMetricExporter(
                            () ->
                                OtlpHttpMetricExporter.builder()
                                    .setEndpoint(url)
                                    .setTimeout(PATIENCE)
                                    .setAggregationTemporalitySelector(
                                        AggregationTemporalitySelector.deltaPreferred())
                                    .build()))
                    .setInterval(Duration.ofSeconds(10))
                    .build()));
    SdkMeterProvider meterProvider = meters.build();
    return new Telemetry(
        traces.get(SCOPE),
        meterProvider.get(SCOPE),
        () -> {
          traces.close();
          meterProvider.close();
        });
  }

  @Override
  public void close() {
    onClose.run();
  }
}

package dev.headroom.demo.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the exporter at the first span: its HTTP client costs more than the rest of the start-up.
 */
final class LateSpanExporter implements SpanExporter {
  private final Supplier<SpanExporter> maker;
  private @Nullable SpanExporter exporter;

  LateSpanExporter(Supplier<SpanExporter> maker) {
    this.maker = maker;
  }

  @Override
  public synchronized CompletableResultCode export(Collection<SpanData> spans) {
    SpanExporter current = exporter;
    if (current == null) {
      current = maker.get();
      exporter = current;
    }
    return current.export(spans);
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

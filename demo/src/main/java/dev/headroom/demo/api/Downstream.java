package dev.headroom.demo.api;

import dev.headroom.demo.faults.Faults;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A service that this one would call and that does not exist: the time is really waited, and
 * labelled as emulated in the span and in {@code X-Emulated-Wait-Ms}. It makes workers, not cores,
 * run out.
 */
final class Downstream {
  private static final AttributeKey<Boolean> EMULATED = AttributeKey.booleanKey("demo.emulated");
  private static final int CALLS_IN_A_ROW = 4;

  private final Tracer tracer;
  private final Faults faults;
  private final double factor;
  private final AtomicLong counter = new AtomicLong();

  /** How long one request waited in all. */
  static final class Meter {
    private long millis;

    long millis() {
      return millis;
    }
  }

  Downstream(Tracer tracer, Faults faults, double factor) {
    this.tracer = tracer;
    this.faults = faults;
    this.factor = factor;
  }

  /** The endpoint's own calls: one, or several in a row when its fault is on. */
  void call(Endpoint endpoint, Context trace, Meter meter) {
    int calls =
        endpoint.slow().isPresent() && faults.on(endpoint.slow().get()) ? CALLS_IN_A_ROW : 1;
    for (int i = 0; i < calls; i++) {
      call(endpoint.waitMillis(), trace, meter);
    }
  }

  /** One call of about this time, 70 to 130 % of it. */
  void call(int meanMillis, Context trace, Meter meter) {
    long millis = Math.round(meanMillis * factor * (0.7 + 0.6 * nextFraction()));
    if (millis <= 0) {
      return;
    }
    Span span =
        Span.fromContext(trace).getSpanContext().isSampled()
            ? tracer
                .spanBuilder("downstream (emulated)")
                .setParent(trace)
                .setSpanKind(SpanKind.INTERNAL)
                .setAttribute(EMULATED, true)
                .startSpan()
            : Span.getInvalid();
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      span.end();
    }
    meter.millis += millis;
  }

  /** A fixed sequence spread evenly over 0 to 1 (multiples of the golden ratio). */
  private double nextFraction() {
    double x = counter.incrementAndGet() * 0.618_033_988_749_894_9;
    return x - Math.floor(x);
  }
}

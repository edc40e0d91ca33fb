package dev.headroom.demo.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.Optional;

/** The {@code traceparent} of W3C Trace Context, version 00. */
public final class TraceHeaders {
  private static final int LENGTH = 55;

  private TraceHeaders() {}

  /** The caller's context; an absent or malformed header starts a new trace. */
  public static Context parse(Optional<String> traceparent) {
    if (traceparent.isEmpty()) {
      return Context.root();
    }
    String text = traceparent.get();
    if (text.length() < LENGTH
        || text.charAt(2) != '-'
        || text.charAt(35) != '-'
        || text.charAt(52) != '-') {
      return Context.root();
    }
    char flags = text.charAt(54);
    SpanContext remote =
        SpanContext.createFromRemoteParent(
            text.substring(3, 35),
            text.substring(36, 52),
            Character.digit(flags, 16) % 2 == 1 ? TraceFlags.getSampled() : TraceFlags.getDefault(),
            TraceState.getDefault());
    return remote.isValid() ? Context.root().with(Span.wrap(remote)) : Context.root();
  }

  public static String format(SpanContext span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
  }
}

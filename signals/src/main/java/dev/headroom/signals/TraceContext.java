package dev.headroom.signals;

import java.util.Optional;

/**
 * Where in a trace a piece of work stands, as {@code traceparent} carries it.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C Trace Context</a>
 */
public record TraceContext(TraceId traceId, SpanId spanId, boolean sampled) {

  /** Reads a {@code traceparent} header; empty when it is not valid. */
  public static Optional<TraceContext> parse(CharSequence traceparent) {
    int length = traceparent.length();
    if (length < 55
        || traceparent.charAt(2) != '-'
        || traceparent.charAt(35) != '-'
        || traceparent.charAt(52) != '-'
        || (length > 55 && traceparent.charAt(55) != '-')) {
      return Optional.empty();
    }
    for (int i = 0; i < 55; i++) {
      char c = traceparent.charAt(i);
      boolean lowerHex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      if (!lowerHex && i != 2 && i != 35 && i != 52) {
        return Optional.empty();
      }
    }
    boolean version00 = traceparent.charAt(0) == '0' && traceparent.charAt(1) == '0';
    boolean versionFf = traceparent.charAt(0) == 'f' && traceparent.charAt(1) == 'f';
    if (versionFf || (version00 && length != 55)) {
      return Optional.empty();
    }
    TraceId traceId = TraceId.parse(traceparent.subSequence(3, 35));
    SpanId spanId = SpanId.parse(traceparent.subSequence(36, 52));
    if (!traceId.isValid() || !spanId.isValid()) {
      return Optional.empty();
    }
    int flags = Character.digit(traceparent.charAt(54), 16);
    return Optional.of(new TraceContext(traceId, spanId, (flags & 1) != 0));
  }

  /** The value of a {@code traceparent} header, version 00. */
  public String traceparent() {
    return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
  }
}

package dev.headroom.signals;

/**
 * A log record; with an {@code eventName} it is an event, which is how decisions, failovers and
 * exceptions are told.
 *
 * @param severity OTLP's severity number: 9 info, 13 warn, 17 error
 */
public record LogRecord(
    long epochNanos,
    int severity,
    String eventName,
    String body,
    TraceId traceId,
    SpanId spanId,
    Attributes attributes,
    Attributes resource) {

  public static final int INFO = 9;
  public static final int WARN = 13;
  public static final int ERROR = 17;

  /** An event of the product itself. */
  public static LogRecord event(
      long epochNanos, int severity, String eventName, String body, Attributes attributes) {
    return new LogRecord(
        epochNanos,
        severity,
        eventName,
        body,
        TraceId.NONE,
        SpanId.NONE,
        attributes,
        Attributes.of("service.name", "headroom"));
  }
}

package dev.headroom.apm;

import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.List;

/** The vocabulary of these tests: what a gateway, a router and an application would send now. */
final class TelemetryFixtures {
  static final Attributes GATEWAY = Attributes.of("service.name", "headroom-gateway");
  static final Attributes API = Attributes.of("service.name", "api", "service.version", "1.2");

  private final TimeSource time;

  TelemetryFixtures(TimeSource time) {
    this.time = time;
  }

  static LatencySketch sketch(double... seconds) {
    LatencySketch.Recorder recorder = new LatencySketch.Recorder();
    for (double s : seconds) {
      recorder.record(s);
    }
    return recorder.drain();
  }

  Metric requests(String service, String method, String route, int status, double... seconds) {
    return histogram(
        Vocabulary.HTTP_DURATION,
        Attributes.of(
            Vocabulary.SERVICE,
            service,
            Vocabulary.METHOD,
            method,
            Vocabulary.ROUTE,
            route,
            Vocabulary.STATUS_CODE,
            (long) status),
        GATEWAY,
        seconds);
  }

  Metric query(String fingerprint, String role, double... seconds) {
    return histogram(
        Vocabulary.QUERY_DURATION,
        Attributes.of(Vocabulary.QUERY, fingerprint, Vocabulary.ROLE, role),
        Attributes.empty(),
        seconds);
  }

  Metric histogram(String name, Attributes attributes, Attributes resource, double... seconds) {
    long now = time.epochNanos();
    return new Metric.Histogram(
        name, "s", attributes, resource, now - 5_000_000_000L, now, sketch(seconds));
  }

  Metric gauge(String name, double value, Object... attributes) {
    long now = time.epochNanos();
    return new Metric.Gauge(
        name, "1", Attributes.of(attributes), Attributes.empty(), now, now, value);
  }

  Metric sum(String name, double value, Object... attributes) {
    long now = time.epochNanos();
    return new Metric.Sum(
        name, "1", Attributes.of(attributes), Attributes.empty(), now - 5_000_000_000L, now, value);
  }

  LogRecord event(String name, String body, Object... attributes) {
    return LogRecord.event(
        time.epochNanos(), LogRecord.INFO, name, body, Attributes.of(attributes));
  }

  /** A request to {@code route} of {@code API} that ends now. */
  Span server(long trace, long span, String route, int status, Duration took) {
    return span(
        trace,
        span,
        0,
        Span.Kind.SERVER,
        "GET " + route,
        status >= 500 ? Span.Status.ERROR : Span.Status.UNSET,
        took,
        Attributes.of(
            "http.request.method",
            "GET",
            "http.route",
            route,
            "http.response.status_code",
            (long) status));
  }

  Span client(long trace, long span, long parent, String name, Duration took) {
    return span(
        trace,
        span,
        parent,
        Span.Kind.CLIENT,
        name,
        Span.Status.UNSET,
        took,
        Attributes.of("db.system.name", "postgresql"));
  }

  Span with(long trace, long span, Attributes attributes) {
    return span(
        trace,
        span,
        0,
        Span.Kind.INTERNAL,
        "work",
        Span.Status.UNSET,
        Duration.ofMillis(trace),
        attributes);
  }

  static TraceId trace(long trace) {
    return new TraceId(0xABCDL << 48, trace);
  }

  Span statement(long trace, long span, long parent, String sql, Duration took) {
    return span(
        trace,
        span,
        parent,
        Span.Kind.CLIENT,
        "SELECT",
        Span.Status.UNSET,
        took,
        Attributes.of("db.system.name", "postgresql", "db.query.text", sql));
  }

  /** A span that an exception ended. */
  Span failed(long trace, long span, String type, String message, String stack) {
    Span plain =
        span(
            trace,
            span,
            0,
            Span.Kind.INTERNAL,
            "work",
            Span.Status.ERROR,
            Duration.ofMillis(1),
            Attributes.empty());
    return new Span(
        plain.traceId(),
        plain.spanId(),
        plain.parentId(),
        plain.name(),
        plain.kind(),
        plain.startEpochNanos(),
        plain.endEpochNanos(),
        plain.status(),
        "",
        plain.attributes(),
        List.of(
            new Span.Event("exception", plain.endEpochNanos(), exception(type, message, stack))),
        plain.resource(),
        plain.scope());
  }

  LogRecord exceptionLog(long trace, String type, String message, String stack) {
    return new LogRecord(
        time.epochNanos(),
        LogRecord.ERROR,
        "",
        message,
        trace(trace),
        new SpanId(1),
        exception(type, message, stack),
        API);
  }

  private static Attributes exception(String type, String message, String stack) {
    return Attributes.of(
        "exception.type", type, "exception.message", message, "exception.stacktrace", stack);
  }

  private Span span(
      long trace,
      long span,
      long parent,
      Span.Kind kind,
      String name,
      Span.Status status,
      Duration took,
      Attributes attributes) {
    long now = time.epochNanos();
    return new Span(
        new TraceId(0xABCDL << 48, trace),
        new SpanId(span),
        new SpanId(parent),
        name,
        kind,
        now - took.toNanos(),
        now,
        status,
        "",
        attributes,
        List.of(),
        API,
        "test");
  }

  static Telemetry metrics(Metric... metrics) {
    return Telemetry.metrics(List.of(metrics));
  }

  static Telemetry spans(Span... spans) {
    return Telemetry.spans(List.of(spans));
  }
}

package dev.headroom.apm.analysis;

import dev.headroom.signals.Attributes;
import dev.headroom.signals.Span;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import java.util.ArrayList;
import java.util.List;

/** Traces as tests write them: spans by number, times in milliseconds. */
final class TraceBuilder {
  static final Attributes API = Attributes.of("service.name", "api");
  static final Attributes ROUTER = Attributes.of("service.name", "headroom-router");
  static final Attributes GATEWAY = Attributes.of("service.name", "gateway");

  private final TraceId traceId;
  private final List<Span> spans = new ArrayList<>();
  private long next = 1;
  private double clock = 0.5;

  TraceBuilder(long trace) {
    this.traceId = new TraceId(1, trace);
  }

  /** A trace that begins with a request to the service {@code api}. */
  static TraceBuilder request(String route, double millis) {
    TraceBuilder trace = new TraceBuilder(route.hashCode() | 1L);
    trace.add(
        0,
        Span.Kind.SERVER,
        "GET " + route,
        0,
        millis,
        API,
        "http.request.method",
        "GET",
        "http.route",
        route,
        "http.response.status_code",
        200L);
    return trace;
  }

  /** Adds a span; answers its number. */
  long add(
      long parent,
      Span.Kind kind,
      String name,
      double from,
      double to,
      Attributes resource,
      Object... attributes) {
    return add(parent, kind, name, from, to, resource, Span.Status.UNSET, attributes);
  }

  long add(
      long parent,
      Span.Kind kind,
      String name,
      double from,
      double to,
      Attributes resource,
      Span.Status status,
      Object... attributes) {
    long id = next++;
    spans.add(
        new Span(
            traceId,
            new SpanId(id),
            new SpanId(parent),
            name,
            kind,
            nanos(from),
            nanos(to),
            status,
            "",
            Attributes.of(attributes),
            List.of(),
            resource,
            "test"));
    return id;
  }

  private static long nanos(double millis) {
    return 1_000_000_000_000L + Math.round(millis * 1e6);
  }

  /** A statement under {@code parent}, right after what was added before. */
  TraceBuilder statement(long parent, String sql, double millis) {
    return statement(parent, sql, millis, Span.Status.UNSET);
  }

  TraceBuilder failing(long parent, String sql, double millis) {
    return statement(parent, sql, millis, Span.Status.ERROR);
  }

  private TraceBuilder statement(long parent, String sql, double millis, Span.Status status) {
    add(
        parent,
        Span.Kind.CLIENT,
        sql.substring(0, Math.min(12, sql.length())),
        clock,
        clock + millis,
        API,
        status,
        "db.system.name",
        "postgresql",
        "db.query.text",
        sql);
    clock += millis;
    return this;
  }

  /** Statements in a row; {@code #} in the text becomes their number. */
  TraceBuilder repeat(int times, long parent, String sql, double millis) {
    for (int i = 0; i < times; i++) {
      statement(parent, sql.replace("#", Integer.toString(i + 1)), millis);
    }
    return this;
  }

  TraceBuilder http(int times, long parent, String url, double millis) {
    for (int i = 0; i < times; i++) {
      add(
          parent,
          Span.Kind.CLIENT,
          "GET",
          clock,
          clock + millis,
          API,
          "http.request.method",
          "GET",
          "server.address",
          "users.internal",
          "url.full",
          url.replace("#", Integer.toString(i + 1)));
      clock += millis;
    }
    return this;
  }

  /** A span of the service's own that begins now; what comes next may be inside it. */
  long internal(long parent, String name, double millis) {
    return add(parent, Span.Kind.INTERNAL, name, clock, clock + millis, API);
  }

  TraceBuilder pause(double millis) {
    clock += millis;
    return this;
  }

  List<Span> spans() {
    return List.copyOf(spans);
  }
}

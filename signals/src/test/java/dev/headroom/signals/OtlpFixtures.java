package dev.headroom.signals;

import java.util.List;

/** Telemetry that uses every field of the model. */
final class OtlpFixtures {
  static final long NOW = 1_767_225_600_123_456_789L;
  static final Attributes RESOURCE =
      Attributes.of("service.name", "api", "service.instance.id", "api-3");
  static final TraceId TRACE = TraceId.parse("5b8efff798038103d269b633813fc60c");
  static final SpanId SPAN = SpanId.parse("eee19b7ec3c1b174");
  static final SpanId PARENT = SpanId.parse("eee19b7ec3c1b173");

  static final Span ROOT =
      new Span(
          TRACE,
          PARENT,
          SpanId.NONE,
          "GET /a",
          Span.Kind.SERVER,
          NOW,
          NOW + 5_000,
          Span.Status.UNSET,
          "",
          Attributes.empty(),
          List.of(),
          RESOURCE,
          "");

  static final Span FULL =
      new Span(
          TRACE,
          SPAN,
          PARENT,
          "SELECT ünïcode",
          Span.Kind.CLIENT,
          NOW + 1_000,
          NOW + 4_000,
          Span.Status.ERROR,
          "no such table",
          Attributes.of(
              "db.system.name",
              "postgresql",
              "rows",
              -7L,
              "ratio",
              0.5,
              "ok",
              false,
              "tags",
              List.of("a", "b"),
              "mixed",
              List.of(1L, "x", true)),
          List.of(
              new Span.Event("exception", NOW + 2_000, Attributes.of("exception.type", "X")),
              new Span.Event("retry", NOW + 3_000, Attributes.empty())),
          RESOURCE,
          "jdbc");

  static final List<Metric> METRICS =
      List.of(
          new Metric.Gauge("g", "By", Attributes.of("k", "a"), RESOURCE, NOW - 5, NOW, -1.5),
          new Metric.Gauge("g", "By", Attributes.of("k", "b"), RESOURCE, NOW - 5, NOW, 0),
          new Metric.Sum("s", "1", Attributes.empty(), RESOURCE, NOW - 5, NOW, 42),
          new Metric.Histogram(
              "h",
              "s",
              Attributes.of("k", "a"),
              RESOURCE,
              NOW - 5,
              NOW,
              LatencySketchTest.of(0, 0.001, 0.002, 0.002, 17)));

  static final LogRecord LOG =
      new LogRecord(
          NOW,
          LogRecord.ERROR,
          "headroom.scale",
          "3 → 5",
          TRACE,
          SPAN,
          Attributes.of("n", 1L),
          RESOURCE);

  private OtlpFixtures() {}
}

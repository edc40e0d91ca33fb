package dev.headroom.signals;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads an {@code ExportTraceServiceRequest}.
 *
 * @see <a
 *     href="https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto">trace.proto</a>
 */
final class TraceReader {
  /** More events on one span are left out, as an SDK's own limit of 128 would. */
  private static final int MOST_EVENTS = 512;

  private final ProtoReader in;
  private final AttributeReader common;
  private final Rejections rejections;
  private final List<Span> spans = new ArrayList<>();

  TraceReader(ProtoReader in, AttributeReader common, Rejections rejections) {
    this.in = in;
    this.common = common;
    this.rejections = rejections;
  }

  List<Span> read() {
    while (in.next()) {
      if (in.field() == 1) {
        resourceSpans();
      } else {
        in.skip();
      }
    }
    return spans;
  }

  private void resourceSpans() {
    int outer = in.enter();
    // Fields may come in any order, and every span needs the resource: read it first.
    int mark = in.position();
    Attributes resource = Attributes.empty();
    while (in.next()) {
      if (in.field() == 1) {
        resource = common.resource();
      } else {
        in.skip();
      }
    }
    in.rewind(mark);
    while (in.next()) {
      if (in.field() == 2) {
        scopeSpans(resource);
      } else {
        in.skip();
      }
    }
    in.leave(outer);
  }

  private void scopeSpans(Attributes resource) {
    int outer = in.enter();
    int mark = in.position();
    String scope = "";
    while (in.next()) {
      if (in.field() == 1) {
        scope = common.scope();
      } else {
        in.skip();
      }
    }
    in.rewind(mark);
    while (in.next()) {
      if (in.field() == 2) {
        span(resource, scope);
      } else {
        in.skip();
      }
    }
    in.leave(outer);
  }

  private void span(Attributes resource, String scope) {
    TraceId traceId = TraceId.NONE;
    SpanId spanId = SpanId.NONE;
    SpanId parentId = SpanId.NONE;
    String name = "";
    long kind = 0;
    long start = 0;
    long end = 0;
    long statusCode = 0;
    String statusMessage = "";
    List<Span.Event> events = List.of();
    boolean attributed = false;
    int outer = in.enter();
    int mark = in.position();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> traceId = common.traceId();
        case 2 -> spanId = common.spanId();
        case 4 -> parentId = common.spanId();
        case 5 -> name = common.text();
        case 6 -> kind = in.varint();
        case 7 -> start = in.fixed64();
        case 8 -> end = in.fixed64();
        case 9 -> {
          attributed = true;
          in.skip();
        }
        case 11 -> {
          if (events.isEmpty()) {
            events = new ArrayList<>(1);
          }
          Span.Event event = event();
          if (events.size() < MOST_EVENTS) {
            events.add(event);
          }
        }
        case 15 -> {
          int status = in.enter();
          while (in.next()) {
            switch (in.field()) {
              case 2 -> statusMessage = common.text();
              case 3 -> statusCode = in.varint();
              default -> in.skip();
            }
          }
          in.leave(status);
        }
        default -> in.skip();
      }
    }
    Attributes attributes = attributed ? attributes(mark) : Attributes.empty();
    in.leave(outer);
    if (!traceId.isValid() || !spanId.isValid()) {
      rejections.add(
          1, "span " + name + ": no valid trace id and span id (expected: 16 and 8 bytes)");
      return;
    }
    if (start <= 0 || end < 0) {
      rejections.add(
          1, "span " + name + ": start " + start + " (expected: nanoseconds since 1970)");
      return;
    }
    spans.add(
        new Span(
            traceId,
            spanId,
            parentId,
            name,
            kind >= 0 && kind < KINDS.length ? KINDS[(int) kind] : Span.Kind.UNSPECIFIED,
            start,
            Math.max(start, end),
            statusCode >= 0 && statusCode < STATUSES.length
                ? STATUSES[(int) statusCode]
                : Span.Status.UNSET,
            statusMessage,
            attributes,
            events,
            resource,
            scope));
  }

  // Events have attributes of their own, so those of the span are read in a pass of their own.
  private Attributes attributes(int mark) {
    in.rewind(mark);
    common.begin();
    while (in.next()) {
      if (in.field() == 9) {
        common.add();
      } else {
        in.skip();
      }
    }
    return common.end();
  }

  private Span.Event event() {
    String name = "";
    long time = 0;
    common.begin();
    int outer = in.enter();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> time = in.fixed64();
        case 2 -> name = common.text();
        case 3 -> common.add();
        default -> in.skip();
      }
    }
    in.leave(outer);
    return new Span.Event(name, time, common.end());
  }

  private static final Span.Kind[] KINDS = Span.Kind.values();
  private static final Span.Status[] STATUSES = Span.Status.values();
}

package dev.headroom.signals;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads an {@code ExportLogsServiceRequest}.
 *
 * @see <a
 *     href="https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto">logs.proto</a>
 */
final class LogReader {
  private final ProtoReader in;
  private final AttributeReader common;
  private final Rejections rejections;
  private final List<LogRecord> logs = new ArrayList<>();

  LogReader(ProtoReader in, AttributeReader common, Rejections rejections) {
    this.in = in;
    this.common = common;
    this.rejections = rejections;
  }

  List<LogRecord> read() {
    while (in.next()) {
      if (in.field() == 1) {
        resourceLogs();
      } else {
        in.skip();
      }
    }
    return logs;
  }

  private void resourceLogs() {
    int outer = in.enter();
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
        scopeLogs(resource);
      } else {
        in.skip();
      }
    }
    in.leave(outer);
  }

  private void scopeLogs(Attributes resource) {
    int outer = in.enter();
    while (in.next()) {
      if (in.field() == 2) {
        log(resource);
      } else {
        in.skip();
      }
    }
    in.leave(outer);
  }

  private void log(Attributes resource) {
    long time = 0;
    long observed = 0;
    long severity = 0;
    String body = "";
    String eventName = "";
    TraceId traceId = TraceId.NONE;
    SpanId spanId = SpanId.NONE;
    common.begin();
    int outer = in.enter();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> time = in.fixed64();
        case 2 -> severity = in.varint();
        case 5 -> body = common.anyValue().toString();
        case 6 -> common.add();
        case 9 -> traceId = common.traceId();
        case 10 -> spanId = common.spanId();
        case 11 -> observed = in.fixed64();
        case 12 -> eventName = common.text();
        default -> in.skip();
      }
    }
    in.leave(outer);
    Attributes attributes = common.end();
    // "Use Timestamp if it is present, otherwise use ObservedTimestamp" (logs.proto).
    long when = time != 0 ? time : observed;
    if (when <= 0) {
      rejections.add(1, "log record without a time (expected: time or observed time)");
      return;
    }
    logs.add(
        new LogRecord(
            when,
            severity >= 0 && severity <= 24 ? (int) severity : 0,
            eventName,
            body,
            traceId,
            spanId,
            attributes,
            resource));
  }
}

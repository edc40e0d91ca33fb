package dev.headroom.signals;

import java.util.List;

/**
 * One piece of work in a trace.
 *
 * @param parentId {@link SpanId#NONE} for the root
 * @param resource who did it: {@code service.name}, {@code service.instance.id}, …
 * @param scope name of the instrumentation
 * @see <a
 *     href="https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto">trace.proto</a>
 */
public record Span(
    TraceId traceId,
    SpanId spanId,
    SpanId parentId,
    String name,
    Kind kind,
    long startEpochNanos,
    long endEpochNanos,
    Status status,
    String statusMessage,
    Attributes attributes,
    List<Event> events,
    Attributes resource,
    String scope) {

  public Span {
    events = List.copyOf(events);
  }

  public long durationNanos() {
    return endEpochNanos - startEpochNanos;
  }

  /** {@code SpanKind}, in the order of its numbers. */
  public enum Kind {
    UNSPECIFIED(0),
    INTERNAL(1),
    SERVER(2),
    CLIENT(3),
    PRODUCER(4),
    CONSUMER(5);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** As OTLP writes it. */
    public int number() {
      return number;
    }
  }

  /** {@code StatusCode}, in the order of its numbers. */
  public enum Status {
    UNSET(0),
    OK(1),
    ERROR(2);

    private final int number;

    Status(int number) {
      this.number = number;
    }

    /** As OTLP writes it. */
    public int number() {
      return number;
    }
  }

  /** Something that happened at a moment of the span, for example an {@code exception}. */
  public record Event(String name, long epochNanos, Attributes attributes) {}
}

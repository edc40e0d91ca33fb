package dev.headroom.router;

import dev.headroom.router.session.QueryReport.Answered;
import dev.headroom.signals.QueryCall;
import dev.headroom.signals.TraceContext;
import dev.headroom.spec.RouterSpec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The last statements that took long, one by one. Their text and values are the users' data: they
 * are kept only when the document says so. Thread-safe.
 */
final class SlowStatements {
  private static final int KEPT = 200;
  private static final int MAX_TEXT = 10_000;
  private static final String REDACTED = "(redacted)";

  /**
   * One of them.
   *
   * @param nanos in the queue and with the server
   * @param text as it was sent, or its normalised form
   * @param values in their order, or that they are redacted
   */
  record Slow(
      long startedEpochNanos,
      String id,
      long nanos,
      long queueNanos,
      String member,
      String role,
      String reason,
      long rows,
      String sqlState,
      String trace,
      String text,
      String values) {}

  private final Supplier<RouterSpec> spec;
  private final Deque<Slow> last = new ArrayDeque<>();

  SlowStatements(Supplier<RouterSpec> spec) {
    this.spec = spec;
  }

  void offer(Answered answered) {
    RouterSpec.SlowStatements wanted = spec.get().slow();
    long nanos = answered.queueNanos() + answered.durationNanos();
    if (nanos >= wanted.longerThan().toNanos()) {
      keep(slow(answered, nanos, wanted.values()));
    }
  }

  private synchronized void keep(Slow slow) {
    last.addFirst(slow);
    if (last.size() > KEPT) {
      last.removeLast();
    }
  }

  private static Slow slow(Answered answered, long nanos, boolean withValues) {
    QueryCall call = answered.call();
    String normalised = answered.subject().fingerprint().text();
    String text = withValues && !call.sql().isEmpty() ? call.sql() : normalised;
    return new Slow(
        answered.startedEpochNanos(),
        answered.subject().fingerprint().id(),
        nanos,
        answered.queueNanos(),
        answered.member(),
        answered.role(),
        answered.reason(),
        answered.rows(),
        answered.sqlState(),
        answered.tags().trace().map(TraceContext::traceId).map(String::valueOf).orElse(""),
        text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT),
        withValues ? values(call) : REDACTED);
  }

  private static String values(QueryCall call) {
    return call.parameters().stream()
        .map(
            parameter ->
                parameter.value().map(value -> "'" + value.replace("'", "''") + "'").orElse("NULL")
                    + (parameter.exact() ? "" : "…"))
        .collect(Collectors.joining(", "));
  }

  /** The newest first. */
  synchronized List<Slow> list() {
    return List.copyOf(last);
  }
}

package dev.headroom.apm.analysis;

import dev.headroom.apm.Analyses.StatementUse;
import dev.headroom.signals.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which statements requests run, over one trace or many. Not thread-safe. */
final class Statements {
  private final Call.Reader reader;
  private final Map<String, Sum> sums = new LinkedHashMap<>();

  Statements(Call.Reader reader) {
    this.reader = reader;
  }

  /* A statement is told twice where the router is: by the application, and, as a child of that, by
   * the router. The time is the application's; the router adds how long it queued. */
  void add(TraceTree trace) {
    for (Span span : trace.depthFirst()) {
      boolean again =
          SpanFacts.isRouter(span)
              && trace.parent(span).flatMap(SpanFacts::databaseSystem).isPresent();
      if (again) {
        trace.parent(span).flatMap(reader::read).ifPresent(call -> sum(call).queued(span));
      } else {
        reader
            .read(span)
            .filter(call -> call.kind() == Call.Kind.STATEMENT)
            .ifPresent(call -> sum(call).add(call));
      }
    }
  }

  private Sum sum(Call call) {
    return sums.computeIfAbsent(call.fingerprint(), f -> new Sum(call.text()));
  }

  List<StatementUse> list() {
    List<StatementUse> uses = new ArrayList<>();
    sums.forEach(
        (fingerprint, sum) ->
            uses.add(
                new StatementUse(
                    fingerprint, sum.text, sum.count, sum.seconds, sum.queueSeconds, sum.rows)));
    uses.sort(Comparator.comparingDouble(StatementUse::seconds).reversed());
    return uses;
  }

  private static final class Sum {
    final String text;
    long count;
    double seconds;
    double queueSeconds;
    long rows;

    Sum(String text) {
      this.text = text;
    }

    void add(Call call) {
      count++;
      seconds += call.seconds();
      rows += call.span().attributes().number("db.response.returned_rows").orElse(0);
      if (SpanFacts.isRouter(call.span())) {
        queued(call.span());
      }
    }

    void queued(Span router) {
      queueSeconds += CriticalPath.queueSeconds(router);
    }
  }
}

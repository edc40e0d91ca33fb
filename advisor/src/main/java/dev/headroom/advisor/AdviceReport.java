package dev.headroom.advisor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one analysis found.
 *
 * @param database for example {@code app at 127.0.0.1:5432}
 * @param at when it was made
 * @param observed how long the database has counted its statements
 * @param slow the statements that take most of the time, first the one that takes most
 * @param advice what to do, first what saves most
 * @param notes what could not be looked at, and why: a sentence each
 */
public record AdviceReport(
    String database,
    Instant at,
    Duration observed,
    List<SlowStatement> slow,
    List<Advice> advice,
    List<String> notes) {

  public AdviceReport {
    slow = List.copyOf(slow);
    advice = List.copyOf(advice);
    notes = List.copyOf(notes);
  }

  public List<Advice> of(AdviceKind kind) {
    return advice.stream().filter(each -> each.kind() == kind).toList();
  }

  public Optional<Advice> byId(String id) {
    return advice.stream().filter(each -> each.id().equals(id)).findFirst();
  }
}

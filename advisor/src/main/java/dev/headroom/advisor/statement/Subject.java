package dev.headroom.advisor.statement;

import java.util.List;
import java.util.Optional;

/**
 * A statement that can be run on the scratch copy.
 *
 * @param id PostgreSQL's number for it
 * @param normalised as pg_stat_statements has it
 * @param sql with its own literals where they are known; parameters are {@code $n}
 * @param types of the parameters, as far as the client named them; shorter than there are
 *     parameters, or empty, leaves the rest to the server
 * @param values sets of parameter values in PostgreSQL's text format; empty is NULL
 * @param seen whether text and values were really sent by the application
 * @param calls while it was observed
 * @param millisPerCall in the user's own database
 * @param callsPerHour at the observed rate
 */
public record Subject(
    long id,
    String normalised,
    String sql,
    List<String> types,
    List<List<Optional<String>>> values,
    boolean seen,
    long calls,
    double millisPerCall,
    double callsPerHour) {

  public Subject {
    types = List.copyOf(types);
    values = List.copyOf(values);
  }

  /** The same statement in other words, with the same parameters. */
  public Subject rewritten(String other) {
    return new Subject(
        id, normalised, other, types, values, seen, calls, millisPerCall, callsPerHour);
  }

  public Subject withValues(List<List<Optional<String>>> next) {
    return new Subject(id, normalised, sql, types, next, seen, calls, millisPerCall, callsPerHour);
  }
}

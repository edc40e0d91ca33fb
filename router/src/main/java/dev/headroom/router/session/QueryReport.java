package dev.headroom.router.session;

import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.router.statement.Tags;
import dev.headroom.signals.QueryCall;

/** Is told of every unit that a server has answered. Called on an event loop. */
public interface QueryReport {

  /** One unit, answered. */
  record Answered(
      StatementAnalysis subject,
      String member,
      String role,
      String reason,
      long startedEpochNanos,
      long queueNanos,
      long durationNanos,
      long heldNanos,
      long rows,
      long bytes,
      String sqlState,
      Tags tags,
      long session,
      long transaction,
      QueryCall call) {}

  void answered(Answered answered);

  /** Time that a client has waited for a server connection. */
  void queued(long nanos);
}

package dev.headroom.router.session;

import dev.headroom.router.Member;
import dev.headroom.router.pool.ServerConnection;
import dev.headroom.router.statement.StatementAnalysis;
import dev.headroom.router.statement.Tags;
import dev.headroom.signals.QueryCall;
import java.util.Optional;

/** A unit on its way: where it goes, how often it was tried, how long it took. */
final class Run {
  private final Lane lane;
  private final Unit unit;
  private final long startedEpoch;
  private final long startedAt;
  private final long freshUntil;
  private Route route = Route.primary("");
  private int attempt;
  private long queueNanos;
  private long sentAt;

  Run(Lane lane, Unit unit) {
    this.lane = lane;
    this.unit = unit;
    this.startedEpoch = lane.time.epochNanos();
    this.startedAt = lane.time.nanoTime();
    this.freshUntil = startedAt + lane.spec().freshnessWait().toNanos();
  }

  Unit unit() {
    return unit;
  }

  /** By when a replica must be fresh, or the primary serves it. */
  long freshUntil() {
    return freshUntil;
  }

  Route route() {
    return route;
  }

  void route(Route now) {
    route = now;
  }

  /** Runs that came to nothing. */
  int attempt() {
    return attempt;
  }

  void again() {
    attempt++;
  }

  /** It has waited so long for its server connection. */
  void queued(long nanos) {
    queueNanos = nanos;
    lane.report.queued(nanos);
  }

  void sent() {
    sentAt = lane.time.nanoTime();
  }

  /** The router has carried it out itself. */
  void reportOwn(SessionState session) {
    StatementAnalysis heard = unit.heard();
    if (heard == null) {
      return;
    }
    lane.report.answered(
        new QueryReport.Answered(
            heard,
            lane.cluster.view().primary().map(Member::name).orElse(""),
            "primary",
            "notifications",
            startedEpoch,
            0,
            lane.time.nanoTime() - startedAt,
            0,
            0,
            0,
            "",
            Tags.NONE,
            session.number(),
            session.transaction(),
            QueryCall.UNKNOWN));
  }

  /**
   * It is over.
   *
   * @param heldSince when the connection was granted, or the unit before this one ended on it
   * @return when this one ended
   */
  long report(
      ServerConnection connection, ServerAnswers answers, SessionState session, long heldSince) {
    long now = lane.time.nanoTime();
    long duration = now - sentAt;
    if (answers.sqlState().isEmpty()) {
      connection.answered(duration);
    }
    Optional<StatementAnalysis> subject = unit.subject();
    if (subject.isEmpty()) {
      return now;
    }
    lane.report.answered(
        new QueryReport.Answered(
            subject.get(),
            connection.member().name(),
            route.toReplica() ? "replica" : "primary",
            route.reason(),
            startedEpoch,
            queueNanos,
            duration,
            now - heldSince,
            answers.rows(),
            answers.bytes(),
            answers.sqlState(),
            unit.tags(),
            session.number(),
            session.transaction(),
            unit.call()));
    return now;
  }
}

package dev.headroom.signals;

import java.util.Optional;

/**
 * One statement, as the router saw it.
 *
 * @param fingerprint hash of the normalised text
 * @param text the normalised text: literals replaced, comments gone
 * @param member who executed it, for example {@code pg-2}
 * @param role {@code primary} or {@code replica}
 * @param reason why it went there, a low-cardinality word
 * @param queueNanos time until a server connection was free
 * @param durationNanos from sent to the server to the end of its answer
 * @param heldNanos time that its server connection served nobody else: the duration, and the time
 *     that the transaction stood idle before it; the sum over samples is connection-seconds
 * @param rows returned, or changed
 * @param bytes of the answer
 * @param sqlState of the error; empty when it succeeded
 * @param trace from a sqlcommenter {@code traceparent}
 * @param route the endpoint, from a sqlcommenter {@code route} (or {@code controller} and {@code
 *     action})
 * @param session the client connection it came by, a number unique within the router's process
 * @param transaction counts the session's transactions; samples that share both numbers ran in one
 * @param call text and values as sent: not for telemetry
 */
public record QuerySample(
    long startEpochNanos,
    long fingerprint,
    String text,
    String member,
    String role,
    String reason,
    long queueNanos,
    long durationNanos,
    long heldNanos,
    long rows,
    long bytes,
    String sqlState,
    Optional<TraceContext> trace,
    Optional<String> route,
    long session,
    long transaction,
    QueryCall call) {

  /** The same with another form of its call. */
  public QuerySample with(QueryCall next) {
    return new QuerySample(
        startEpochNanos,
        fingerprint,
        text,
        member,
        role,
        reason,
        queueNanos,
        durationNanos,
        heldNanos,
        rows,
        bytes,
        sqlState,
        trace,
        route,
        session,
        transaction,
        next);
  }
}

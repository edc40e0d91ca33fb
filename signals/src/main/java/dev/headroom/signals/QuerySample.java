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
 * @param sqlState of the error; empty when it succeeded
 * @param trace from a sqlcommenter {@code traceparent}
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
    long rows,
    long bytes,
    String sqlState,
    Optional<TraceContext> trace) {}

package dev.headroom.advisor;

import java.time.Duration;

/**
 * A statement that one request repeats, as traces show it.
 *
 * @param fingerprint of the statement, as {@link dev.headroom.sql.Fingerprint#id}
 * @param sql normalised
 * @param endpoint as it is told to people, for example {@code api GET /api/issues}
 * @param requests traces of the window in which it repeats
 * @param executionsPerRequest mean over those, at least 2
 * @param perRequest what the executions of one request take together, on average
 * @param valuesDiffer false when parameters are not known
 * @param sample one of the traces
 * @param window the time that was looked at
 */
public record TracedRepetition(
    String fingerprint,
    String sql,
    String endpoint,
    long requests,
    double executionsPerRequest,
    Duration perRequest,
    boolean valuesDiffer,
    String sample,
    Duration window) {}

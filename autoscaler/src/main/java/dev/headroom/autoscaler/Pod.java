package dev.headroom.autoscaler;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A replica as HPA's replica calculator reads it.
 *
 * @param gone being deleted, or failed
 * @param pending not started yet
 * @param readiness absent until it was probed
 * @param sample absent when nothing was measured
 * @param requestMilli what it asks for, in thousandths of the metric's unit
 */
record Pod(
    boolean gone,
    boolean pending,
    @Nullable Instant startedAt,
    @Nullable Readiness readiness,
    @Nullable Sample sample,
    long requestMilli) {

  /** The Ready condition and its last change. */
  record Readiness(boolean ready, Instant since) {}

  /** What was measured: a mean over {@code window} that ended at {@code at}. */
  record Sample(long milli, Instant at, Duration window) {}
}

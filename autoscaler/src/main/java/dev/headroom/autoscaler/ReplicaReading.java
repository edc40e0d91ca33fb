package dev.headroom.autoscaler;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One replica as it was last measured.
 *
 * @param instance for example {@code api-3}
 * @param readySince since when it has been ready, or, for one that is not, not ready
 * @param cpuCores cores in use
 * @param inFlight mean number of requests in progress
 */
public record ReplicaReading(
    String instance,
    Phase phase,
    Instant startedAt,
    boolean ready,
    Instant readySince,
    Optional<Measured> cpuCores,
    Optional<Measured> inFlight) {

  /** Where it is in its life. */
  public enum Phase {
    /** Its process is not up yet. */
    PENDING,
    RUNNING,
    /** It drains, was told to stop, or has ended and will not be started again. */
    STOPPING
  }

  /** A mean over the {@code window} that ended at {@code at}. */
  public record Measured(double value, Instant at, Duration window) {}
}

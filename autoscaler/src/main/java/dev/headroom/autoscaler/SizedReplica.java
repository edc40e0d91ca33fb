package dev.headroom.autoscaler;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A replica and what it asks for.
 *
 * @param startedAt of its process; the epoch while it has none
 * @param outOfMemoryAfter how long its process before lived, if that was killed for its memory
 */
public record SizedReplica(
    String instance, Instant startedAt, ReplicaSize size, Optional<Duration> outOfMemoryAfter) {}

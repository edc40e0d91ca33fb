package dev.headroom.runtime;

import java.time.Instant;

/**
 * What one replica uses.
 *
 * @param ready may be sent requests
 * @param startedAt of its process
 * @param cpuCores mean over the last sample; NaN before the first
 * @param residentBytes at the last sample; 0 before the first
 * @param sampledAt when that was
 */
public record ReplicaUsage(
    String instance,
    boolean ready,
    Instant startedAt,
    double cpuCores,
    long residentBytes,
    Instant sampledAt) {}

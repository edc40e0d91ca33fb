package dev.headroom.runtime;

import dev.headroom.base.ByteSize;
import dev.headroom.spec.DatabaseSpec;
import java.nio.file.Path;

/**
 * What a {@link DatabaseCluster} is made from.
 *
 * @param spec replicas, durability, names
 * @param data folder that holds a folder per member
 * @param logs folder of the members' logs
 * @param secrets folder of the generated passwords
 * @param fsync false loses data when the machine fails: for demos and tests
 * @param primaryBuffers page cache of the primary
 * @param replicaBuffers page cache of a replica
 * @param maxConnections of each member
 */
public record DatabaseSettings(
    DatabaseSpec spec,
    Path data,
    Path logs,
    Path secrets,
    boolean fsync,
    ByteSize primaryBuffers,
    ByteSize replicaBuffers,
    int maxConnections) {}

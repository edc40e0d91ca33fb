/**
 * Redis Cluster: makes one of running nodes, watches it, and heals it faster than it heals itself.
 * Start with {@link dev.headroom.shards.RedisCluster}. It speaks Redis only: starting and
 * restarting processes is somebody else's work.
 */
@NullMarked
package dev.headroom.shards;

import org.jspecify.annotations.NullMarked;

/**
 * One machine: keeps the database, Redis and the replicas of every service running, and places the
 * replicas on simulated nodes. Start with {@link dev.headroom.runtime.ServiceRuntime}.
 */
@NullMarked
package dev.headroom.runtime;

import org.jspecify.annotations.NullMarked;

/**
 * Connections to the servers, one pool per member and event loop. Start with {@link
 * dev.headroom.router.pool.ServerPool}.
 */
@NullMarked
package dev.headroom.router.pool;

import org.jspecify.annotations.NullMarked;

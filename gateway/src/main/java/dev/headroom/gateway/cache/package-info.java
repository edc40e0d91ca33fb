/**
 * A shared HTTP cache (RFC 9111): what may be stored, how long it is fresh, what it may answer.
 * Start with {@link ResponseCache}; it does no I/O.
 */
@NullMarked
package dev.headroom.gateway.cache;

import org.jspecify.annotations.NullMarked;

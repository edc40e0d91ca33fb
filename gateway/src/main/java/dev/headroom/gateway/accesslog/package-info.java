/** A line for every answered request. Start with {@link AccessLog}. */
@NullMarked
package dev.headroom.gateway.accesslog;

import org.jspecify.annotations.NullMarked;

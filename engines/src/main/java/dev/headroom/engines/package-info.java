/**
 * Real servers as child processes. Start at {@link dev.headroom.engines.StateFolder}, which
 * remembers them, then {@link dev.headroom.engines.PostgresServer} and {@link
 * dev.headroom.engines.RedisServer}; {@link dev.headroom.engines.ChildProcess} runs anything else.
 */
@NullMarked
package dev.headroom.engines;

import org.jspecify.annotations.NullMarked;

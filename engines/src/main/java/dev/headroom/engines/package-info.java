/** Real servers as child processes: PostgreSQL, Redis, and whatever else is started and watched. */
@NullMarked
package dev.headroom.engines;

import org.jspecify.annotations.NullMarked;

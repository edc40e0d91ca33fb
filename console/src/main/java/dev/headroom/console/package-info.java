/**
 * The page on which everything is seen, and the HTTP API under it. Start with {@link
 * dev.headroom.console.Console}; {@code Snapshot} is what the page shows, one record per section.
 */
@NullMarked
package dev.headroom.console;

import org.jspecify.annotations.NullMarked;

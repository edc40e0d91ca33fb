/**
 * The command line, and the only place that knows every room and wires them by hand. Start with
 * {@link dev.headroom.launcher.Headroom}.
 */
@NullMarked
package dev.headroom.launcher;

import org.jspecify.annotations.NullMarked;

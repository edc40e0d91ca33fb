/**
 * The tables, and the deterministic data in them. Start with {@code Schema} and {@code Generator}.
 */
@NullMarked
package dev.headroom.demo.data;

import org.jspecify.annotations.NullMarked;

/**
 * What is kept for a few seconds: in Redis when there is one, else in this process. Start with
 * {@code Cache}.
 */
@NullMarked
package dev.headroom.demo.cache;

import org.jspecify.annotations.NullMarked;

/** The issue tracker's API. Start with {@code Api}; {@code Pipeline} is one request's way. */
@NullMarked
package dev.headroom.demo.api;

import org.jspecify.annotations.NullMarked;

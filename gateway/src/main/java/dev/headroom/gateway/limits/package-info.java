/** How much one caller may ask. Start with {@link Limiter}. */
@NullMarked
package dev.headroom.gateway.limits;

import org.jspecify.annotations.NullMarked;

/** Who is asking, as far as that is verified. Start with {@link Identities}. */
@NullMarked
package dev.headroom.gateway.identity;

import org.jspecify.annotations.NullMarked;

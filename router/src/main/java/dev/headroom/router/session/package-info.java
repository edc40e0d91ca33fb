/** The clients. Start with {@link dev.headroom.router.session.ClientSession}. */
@NullMarked
package dev.headroom.router.session;

import org.jspecify.annotations.NullMarked;

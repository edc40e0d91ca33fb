/** A slow third party, simulated. Start with {@code Partner}. */
@NullMarked
package dev.headroom.demo.partner;

import org.jspecify.annotations.NullMarked;

/**
 * What every room of the house shares: the life of a {@link dev.headroom.base.Component}, {@link
 * dev.headroom.base.Problem}s found in what a user gave us, the {@link
 * dev.headroom.base.TimeSource}, and quantities with units. Start with {@link
 * dev.headroom.base.Component}.
 */
@NullMarked
package dev.headroom.base;

import org.jspecify.annotations.NullMarked;

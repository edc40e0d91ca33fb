/**
 * Headroom on Kubernetes. Start at {@link dev.headroom.operator.Installation}: what a cluster needs
 * before it understands a {@code ScaledApp}.
 */
@NullMarked
package dev.headroom.operator;

import org.jspecify.annotations.NullMarked;

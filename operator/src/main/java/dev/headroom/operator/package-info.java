/**
 * Headroom on Kubernetes. Start at {@code Plan}, which decides what a document becomes, and {@link
 * dev.headroom.operator.Operator}, which carries it out; {@link dev.headroom.operator.Installation}
 * is what a cluster needs before.
 */
@NullMarked
package dev.headroom.operator;

import org.jspecify.annotations.NullMarked;

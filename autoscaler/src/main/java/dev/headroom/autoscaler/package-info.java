/**
 * How many replicas of each service there should be, and on which nodes. Start with {@link
 * dev.headroom.autoscaler.HorizontalAutoscaler}, which decides the number by Kubernetes' HPA
 * formula, and {@link dev.headroom.autoscaler.NodePool}, which places replicas on virtual nodes of
 * real EC2 instance types.
 */
@NullMarked
package dev.headroom.autoscaler;

import org.jspecify.annotations.NullMarked;

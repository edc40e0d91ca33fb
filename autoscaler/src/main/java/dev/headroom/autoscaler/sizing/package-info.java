/**
 * The arithmetic of right-sizing, after Kubernetes' VerticalPodAutoscaler recommender (1.7.1): what
 * a service used, as decaying histograms, and what one replica should therefore ask for. Knows no
 * clock, no I/O and no document. Start with {@link dev.headroom.autoscaler.sizing.UsageHistory}.
 */
@NullMarked
package dev.headroom.autoscaler.sizing;

import org.jspecify.annotations.NullMarked;

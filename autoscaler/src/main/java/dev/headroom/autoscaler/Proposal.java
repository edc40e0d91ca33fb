package dev.headroom.autoscaler;

/**
 * How many replicas one metric asks for.
 *
 * @param observed the metric: percent of the request, or thousandths of its unit
 * @param working how the number came about, for example {@code ceil(8×4.8/3) = 13}
 */
record Proposal(int replicas, long observed, String working) {}

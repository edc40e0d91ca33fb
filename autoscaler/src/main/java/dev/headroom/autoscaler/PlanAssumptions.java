package dev.headroom.autoscaler;

import java.time.Duration;

/**
 * What a plan takes for granted about the service that serves the traffic.
 *
 * @param cpuPerRequest CPU time of one request
 * @param latency 95th percentile of the response time while there is room enough
 * @param startup from the decision for another replica until it serves
 * @param scaling how fast the number of replicas may change
 */
public record PlanAssumptions(
    Duration cpuPerRequest, Duration latency, Duration startup, ScalingBehavior scaling) {}

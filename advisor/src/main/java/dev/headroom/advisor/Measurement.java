package dev.headroom.advisor;

/**
 * What a statement cost, measured by EXPLAIN (ANALYZE, BUFFERS).
 *
 * @param millis planning and execution, the median over the parameters and runs
 * @param buffers shared pages of 8 KiB touched, the mean over the parameters
 * @param plan as EXPLAIN prints it, of one of the runs
 */
public record Measurement(double millis, double buffers, String plan) {}

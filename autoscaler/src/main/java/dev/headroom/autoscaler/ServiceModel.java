package dev.headroom.autoscaler;

/**
 * How a service answers under load: a model, labelled as such wherever its figures show.
 *
 * <p>A replica may use the CPU that it asks for. While that suffices its requests share it (M/M/1
 * with processor sharing: the CPU part of a response grows by 1/(1-ρ), and is exponentially
 * distributed, so that its 95th percentile is 3.0 times its mean); what does not fit waits in line
 * and is carried on to the next step. The part that is not CPU, a database's answer for example,
 * stays as it is. Not thread-safe.
 */
final class ServiceModel {
  /* ln(20): an exponential distribution's 95th percentile over its mean. */
  private static final double P95_OVER_MEAN = 3.0;

  /** Beyond this the line grows, which counts apart. */
  private static final double HIGHEST_SHARE = 0.98;

  private final double cpuSeconds;
  private final double cores;
  private final double otherSecondsP95;
  private double backlog;

  ServiceModel(PlanAssumptions assumptions, ReplicaSize size) {
    this.cpuSeconds = assumptions.cpuPerRequest().toNanos() / 1e9;
    this.cores = size.cpu().cores();
    this.otherSecondsP95 =
        Math.max(0, assumptions.latency().toNanos() / 1e9 - P95_OVER_MEAN * alone());
  }

  /* One request runs on one core at most. */
  private double alone() {
    return cpuSeconds / Math.min(1, cores);
  }

  /**
   * One step.
   *
   * @param cpuCores mean of a replica
   * @param inFlight mean of a replica
   * @param p95 seconds
   * @param backlog requests that wait at its end
   */
  record Step(double served, double cpuCores, double inFlight, double p95, double backlog) {}

  Step step(double requestsPerSecond, int replicas, double seconds) {
    double arriving = requestsPerSecond * seconds;
    double capacity = replicas * cores / cpuSeconds;
    double served = Math.min(arriving + backlog, capacity * seconds);
    backlog = arriving + backlog - served;
    if (replicas == 0) {
      return new Step(0, 0, 0, backlog > 0 ? Double.POSITIVE_INFINITY : 0, backlog);
    }
    double share = Math.min(HIGHEST_SHARE, served / (capacity * seconds));
    double cpuPart = alone() / (1 - share);
    double inLine = backlog / capacity;
    double mean = otherSecondsP95 / 2 + cpuPart + inLine;
    return new Step(
        served,
        served * cpuSeconds / seconds / replicas,
        requestsPerSecond / replicas * mean,
        otherSecondsP95 + P95_OVER_MEAN * cpuPart + inLine,
        backlog);
  }
}

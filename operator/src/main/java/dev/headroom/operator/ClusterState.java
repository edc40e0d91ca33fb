package dev.headroom.operator;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What of a cluster decides which objects an application needs.
 *
 * @param kinds that the cluster serves
 * @param deployments that somebody else owns and the document names, by name
 * @param jobs of the application, by name
 * @param workloads of the application, by name
 */
record ClusterState(
    Set<Kind> kinds,
    MetricsApiOwner metricsApi,
    Map<String, ExistingDeployment> deployments,
    Map<String, JobState> jobs,
    Map<String, Readiness> workloads) {

  ClusterState {
    kinds = Set.copyOf(kinds);
    deployments = Map.copyOf(deployments);
    jobs = Map.copyOf(jobs);
    workloads = Map.copyOf(workloads);
  }

  /** Whose {@code external.metrics.k8s.io} is; a cluster has one. */
  enum MetricsApiOwner {
    HEADROOM,
    NOBODY,
    SOMEBODY_ELSE
  }

  /**
   * A Deployment of a pipeline.
   *
   * @param container its first
   * @param rival the name of an autoscaler of somebody else that already scales it
   */
  record ExistingDeployment(
      Map<String, String> podLabels, String container, Optional<String> rival) {}

  /** How a Job ended, if it did. */
  enum JobState {
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  /** How many replicas of a workload are ready, of how many. */
  record Readiness(int ready, int wanted) {}
}

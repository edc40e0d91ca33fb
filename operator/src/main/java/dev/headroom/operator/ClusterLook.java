package dev.headroom.operator;

import dev.headroom.operator.ClusterState.ExistingDeployment;
import dev.headroom.operator.ClusterState.JobState;
import dev.headroom.operator.ClusterState.Readiness;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at a cluster with the eyes of one application. */
final class ClusterLook {
  private final KubernetesClient client;
  private final Discovery discovery;

  ClusterLook(KubernetesClient client, Discovery discovery) {
    this.client = client;
    this.discovery = discovery;
  }

  ClusterState at(AppIdentity id, ScaledApp document, Watches watches) {
    Map<String, JobState> jobs = new HashMap<>();
    watches.of(id, Kind.JOB).forEach(job -> jobs.put(name(job), state(job)));
    Map<String, Readiness> workloads = new HashMap<>();
    for (Kind kind : List.of(Kind.DEPLOYMENT, Kind.STATEFUL_SET)) {
      watches
          .of(id, kind)
          .forEach(
              workload ->
                  workloads.put(
                      name(workload),
                      new Readiness(
                          number(workload, "status", "readyReplicas"),
                          number(workload, "spec", "replicas"))));
    }
    watches
        .of(id, Kind.POSTGRES_CLUSTER)
        .forEach(
            cluster ->
                workloads.put(
                    name(cluster),
                    new Readiness(
                        number(cluster, "status", "readyInstances"),
                        number(cluster, "spec", "instances"))));
    return new ClusterState(
        discovery.kinds(), discovery.metricsApi(), referred(id, document), jobs, workloads);
  }

  private Map<String, ExistingDeployment> referred(AppIdentity id, ScaledApp document) {
    Map<String, ExistingDeployment> found = new HashMap<>();
    for (ServiceSpec service : document.services().values()) {
      service
          .deploymentRef()
          .ifPresent(
              name -> {
                GenericKubernetesResource deployment =
                    client
                        .genericKubernetesResources(ClusterObjects.context(Kind.DEPLOYMENT))
                        .inNamespace(id.namespace())
                        .withName(name)
                        .get();
                if (deployment != null) {
                  found.put(name, existing(id, deployment));
                }
              });
    }
    return found;
  }

  private ExistingDeployment existing(AppIdentity id, GenericKubernetesResource deployment) {
    Map<String, String> labels = new HashMap<>();
    if (deployment.get("spec", "selector", "matchLabels") instanceof Map<?, ?> selector) {
      selector.forEach((key, value) -> labels.put((String) key, String.valueOf(value)));
    }
    Object container = deployment.get("spec", "template", "spec", "containers", 0, "name");
    return new ExistingDeployment(
        labels, container instanceof String text ? text : name(deployment), rival(id, deployment));
  }

  private Optional<String> rival(AppIdentity id, GenericKubernetesResource deployment) {
    return client
        .genericKubernetesResources(ClusterObjects.context(Kind.HORIZONTAL_AUTOSCALER))
        .inNamespace(id.namespace())
        .list()
        .getItems()
        .stream()
        .filter(
            autoscaler ->
                "Deployment".equals(autoscaler.get("spec", "scaleTargetRef", "kind"))
                    && name(deployment).equals(autoscaler.get("spec", "scaleTargetRef", "name")))
        .filter(
            autoscaler ->
                autoscaler.getMetadata().getLabels() == null
                    || !id.name().equals(autoscaler.getMetadata().getLabels().get(AppIdentity.APP)))
        .map(ClusterLook::name)
        .findFirst();
  }

  private static JobState state(GenericKubernetesResource job) {
    if (job.get("status", "conditions") instanceof List<?> conditions) {
      for (Object each : conditions) {
        if (each instanceof Map<?, ?> condition && "True".equals(condition.get("status"))) {
          if ("Complete".equals(condition.get("type"))) {
            return JobState.SUCCEEDED;
          } else if ("Failed".equals(condition.get("type"))) {
            return JobState.FAILED;
          }
        }
      }
    }
    return JobState.RUNNING;
  }

  private static int number(GenericKubernetesResource object, Object... path) {
    return object.get(path) instanceof Number number ? number.intValue() : 0;
  }

  private static String name(GenericKubernetesResource object) {
    return object.getMetadata().getName();
  }
}

package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.operator.ClusterState.ExistingDeployment;
import dev.headroom.operator.ClusterState.MetricsApiOwner;
import dev.headroom.spec.ResourcesSpec;
import dev.headroom.spec.ResourcesSpec.AllowedSpec;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.TargetsSpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** HorizontalPodAutoscaler and VerticalPodAutoscaler of each service that has pods here. */
final class ScalingObjects {
  /** What Kubernetes does of itself. */
  private static final int DEFAULT_CPU_PERCENT = 80;

  private ScalingObjects() {}

  static void add(Application app, Plan.Draft draft) {
    List<String> troubles = new ArrayList<>();
    List<String> scaled = new ArrayList<>();
    boolean wantsSizing = false;
    for (Map.Entry<String, ServiceSpec> entry : app.document().services().entrySet()) {
      String name = entry.getKey();
      ServiceSpec service = entry.getValue();
      Optional<Target> target = target(app, name, service);
      if (target.isEmpty()) {
        continue;
      }
      if (service.replicas().min() < service.replicas().max()) {
        horizontal(app, name, service, target.get(), draft, troubles, scaled);
      }
      wantsSizing = true;
      if (app.serves(Kind.VERTICAL_AUTOSCALER)) {
        draft.add(vertical(app, name, service, target.get()));
      }
    }
    draft.find(
        troubles.isEmpty()
            ? Finding.good(
                Finding.SCALING, scaled.isEmpty() ? "Fixed" : "Scaling", String.join("; ", scaled))
            : Finding.bad(Finding.SCALING, "Restricted", String.join("; ", troubles)));
    if (wantsSizing) {
      draft.find(
          app.serves(Kind.VERTICAL_AUTOSCALER)
              ? Finding.good(Finding.SIZING, "Recommending", "")
              : Finding.missing(Finding.SIZING, Kind.VERTICAL_AUTOSCALER));
    }
  }

  /** The Deployment that is scaled, and its container; empty when there is none. */
  private static Optional<Target> target(Application app, String name, ServiceSpec service) {
    if (service.deploymentRef().isPresent()) {
      String deployment = service.deploymentRef().get();
      return Optional.ofNullable(app.cluster().deployments().get(deployment))
          .map(existing -> new Target(deployment, existing.container(), Optional.of(existing)));
    }
    return service.image().map(image -> new Target(app.id().nameOf(name), name, Optional.empty()));
  }

  private record Target(
      String deployment, String container, Optional<ExistingDeployment> existing) {
    Map<String, Object> reference() {
      return map("apiVersion", "apps/v1", "kind", "Deployment", "name", deployment);
    }
  }

  private static void horizontal(
      Application app,
      String name,
      ServiceSpec service,
      Target target,
      Plan.Draft draft,
      List<String> troubles,
      List<String> scaled) {
    Optional<String> rival = target.existing().flatMap(ExistingDeployment::rival);
    if (rival.isPresent()) {
      troubles.add(
          "%s: HorizontalPodAutoscaler %s scales Deployment %s already; delete it, and Headroom does"
              .formatted(name, rival.get(), target.deployment()));
      return;
    }
    boolean ours = app.cluster().metricsApi() == MetricsApiOwner.HEADROOM;
    TargetsSpec targets = service.targets();
    List<Object> metrics = new ArrayList<>();
    List<String> words = new ArrayList<>();
    targets
        .cpu()
        .ifPresent(
            cpu -> {
              metrics.add(cpu((int) Math.max(1, Math.round(cpu.percent()))));
              words.add("CPU " + cpu);
            });
    if (targets.inFlight().isPresent() && ours) {
      String perReplica = Integer.toString(targets.inFlight().getAsInt());
      metrics.add(
          external(
              app,
              name,
              ScalingMetric.HEADROOM_IN_FLIGHT,
              map("type", "AverageValue", "averageValue", perReplica)));
      words.add(perReplica + " requests in progress per replica");
    }
    if (targets.p95().isPresent() && ours) {
      String seconds = targets.p95().get().toMillis() + "m";
      metrics.add(
          external(app, name, ScalingMetric.HEADROOM_P95, map("type", "Value", "value", seconds)));
      words.add("P95 " + targets.p95().get().toMillis() + "ms");
    }
    if (!ours && (targets.inFlight().isPresent() || targets.p95().isPresent())) {
      troubles.add(name + ": " + whyNotOurs(app.cluster().metricsApi()));
    }
    if (metrics.isEmpty()) {
      metrics.add(cpu(DEFAULT_CPU_PERCENT));
      words.add("CPU " + DEFAULT_CPU_PERCENT + "%");
    }
    int min = Math.max(1, service.replicas().min());
    draft.add(
        Manifest.object(
            Kind.HORIZONTAL_AUTOSCALER.apiVersion(),
            Kind.HORIZONTAL_AUTOSCALER.kind(),
            app.id().owned(name),
            map(
                "spec",
                map(
                    "scaleTargetRef",
                    target.reference(),
                    "minReplicas",
                    min,
                    "maxReplicas",
                    service.replicas().max(),
                    "metrics",
                    metrics))));
    scaled.add(
        "%s: %d to %d replicas on %s"
            .formatted(name, min, service.replicas().max(), String.join(", ", words)));
  }

  private static String whyNotOurs(MetricsApiOwner owner) {
    String instead = "; requests in progress and P95 do not scale it, CPU does";
    return switch (owner) {
      case SOMEBODY_ELSE ->
          "external.metrics.k8s.io of this cluster belongs to somebody else, and a cluster has one"
              + instead;
      case NOBODY, HEADROOM ->
          "external.metrics.k8s.io is not served (expected: `headroom install` with the metrics"
              + " API)"
              + instead;
    };
  }

  private static Map<String, Object> cpu(int percent) {
    return map(
        "type",
        "Resource",
        "resource",
        map("name", "cpu", "target", map("type", "Utilization", "averageUtilization", percent)));
  }

  private static Map<String, Object> external(
      Application app, String service, ScalingMetric metric, Map<String, Object> target) {
    return map(
        "type",
        "External",
        "external",
        map(
            "metric",
            map(
                "name",
                metric.metric(),
                "selector",
                map(
                    "matchLabels",
                    map(AppIdentity.APP, app.id().name(), AppIdentity.COMPONENT, service))),
            "target",
            target));
  }

  private static GenericKubernetesResource vertical(
      Application app, String name, ServiceSpec service, Target target) {
    ResourcesSpec resources = service.resources();
    boolean scaledOnCpu =
        service.replicas().min() < service.replicas().max()
            && (service.targets().cpu().isPresent()
                || (service.targets().inFlight().isEmpty() && service.targets().p95().isEmpty()));
    return Manifest.object(
        Kind.VERTICAL_AUTOSCALER.apiVersion(),
        Kind.VERTICAL_AUTOSCALER.kind(),
        app.id().owned(name),
        map(
            "spec",
            map(
                "targetRef",
                target.reference(),
                "updatePolicy",
                map(
                    "updateMode",
                    // What a pipeline owns is only looked at.
                    target.existing().isPresent()
                        ? "Off"
                        : switch (resources.rightSizing()) {
                          case OFF -> "Off";
                          case INITIAL -> "Initial";
                          case AUTO -> "InPlaceOrRecreate";
                        }),
                "resourcePolicy",
                map(
                    "containerPolicies",
                    list(
                        map(
                            "containerName",
                            target.container(),
                            // Two autoscalers on one figure would chase each other.
                            "controlledResources",
                            scaledOnCpu ? list("memory") : list("cpu", "memory"),
                            "minAllowed",
                            resources.minAllowed().map(ScalingObjects::allowed),
                            "maxAllowed",
                            resources.maxAllowed().map(ScalingObjects::allowed)))))));
  }

  private static Map<String, Object> allowed(AllowedSpec bound) {
    return map(
        "cpu", bound.cpu().map(Object::toString), "memory", bound.memory().map(Object::toString));
  }
}

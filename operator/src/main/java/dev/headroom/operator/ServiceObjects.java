package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.operator.ClusterState.ExistingDeployment;
import dev.headroom.operator.ClusterState.Readiness;
import dev.headroom.spec.HealthSpec;
import dev.headroom.spec.ReplicasSpec;
import dev.headroom.spec.ServiceSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The application's services: Deployment, Service, disruption budget, network policy. */
final class ServiceObjects {
  /** Time for the gateway to hear that a pod goes, before the pod is told to. */
  private static final int DRAIN_SECONDS = 5;

  private ServiceObjects() {}

  static void add(Application app, Plan.Draft draft) {
    boolean released = MigrationJob.isOver(app);
    List<String> waiting = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    app.document()
        .services()
        .forEach(
            (name, service) -> {
              if (service.deploymentRef().isPresent()) {
                refer(app, name, service, draft, missing);
              } else if (service.image().isPresent()) {
                own(app, name, service, released, draft);
                waiting(app, name, service).ifPresent(waiting::add);
              } else {
                // Endpoints: someone else runs it, and the document says where.
                return;
              }
            });
    draft.find(finding(missing, waiting));
  }

  private static Finding finding(List<String> missing, List<String> waiting) {
    if (!missing.isEmpty()) {
      return Finding.bad(
          Finding.SERVICES,
          "DeploymentMissing",
          "no Deployment %s in this namespace (expected: the one that deploymentRef names)"
              .formatted(String.join(", ", missing)));
    }
    return waiting.isEmpty()
        ? Finding.good(Finding.SERVICES, "Running", "")
        : Finding.pending(Finding.SERVICES, "Starting", String.join("; ", waiting));
  }

  private static Optional<String> waiting(Application app, String name, ServiceSpec service) {
    Readiness readiness = app.cluster().workloads().get(app.id().nameOf(name));
    int wanted = Math.max(1, service.replicas().min());
    if (readiness == null) {
      return Optional.of(name + ": not reported yet");
    }
    return readiness.ready() >= wanted
        ? Optional.empty()
        : Optional.of("%s: %d of %d replicas ready".formatted(name, readiness.ready(), wanted));
  }

  private static void own(
      Application app, String name, ServiceSpec service, boolean released, Plan.Draft draft) {
    if (released) {
      draft.add(
          Pods.deployment(app, name, replicas(service.replicas()), template(app, name, service)));
    } else {
      draft.hold(Kind.DEPLOYMENT, app.id().nameOf(name));
    }
    if (service.replicas().max() > 1) {
      draft.add(Pods.budget(app, name));
    }
    service
        .port()
        .ifPresent(
            port -> {
              draft.add(
                  Manifest.object(
                      "v1",
                      "Service",
                      app.id().owned(name),
                      Pods.service(app.id().selector(name), list(Pods.port("http", port, port)))));
              draft.add(
                  Pods.policy(
                      app,
                      name,
                      app.id().selector(name),
                      list(Pods.from(list(Pods.peer(app, RoleObjects.GATEWAY)), port))));
            });
    if (service.port().isEmpty()) {
      // A worker answers nobody.
      draft.add(Pods.policy(app, name, app.id().selector(name), list()));
    }
  }

  /* The pipeline's Deployment is not touched; the gateway finds its pods through a Service. */
  private static void refer(
      Application app, String name, ServiceSpec service, Plan.Draft draft, List<String> missing) {
    String deployment = service.deploymentRef().orElseThrow();
    ExistingDeployment existing = app.cluster().deployments().get(deployment);
    if (existing == null) {
      missing.add(deployment);
      return;
    }
    service
        .port()
        .ifPresent(
            port ->
                draft.add(
                    Manifest.object(
                        "v1",
                        "Service",
                        app.id().owned(name),
                        Pods.service(
                            Map.copyOf(existing.podLabels()),
                            list(Pods.port("http", port, port))))));
  }

  /* Whoever scales it owns the number: server-side apply must never have set it. */
  private static Optional<Integer> replicas(ReplicasSpec replicas) {
    return replicas.min() == replicas.max() ? Optional.of(replicas.min()) : Optional.empty();
  }

  private static Map<String, Object> template(Application app, String name, ServiceSpec service) {
    Map<String, Object> container =
        map(
            "name",
            name,
            "image",
            service.image().orElseThrow(),
            "env",
            Environment.ofReplica(app, name, service),
            "resources",
            resources(service),
            "securityContext",
            map(
                "allowPrivilegeEscalation",
                false,
                "seccompProfile",
                map("type", "RuntimeDefault")));
    service
        .port()
        .ifPresent(
            port -> {
              container.put("ports", list(map("name", "http", "containerPort", port)));
              container.put("readinessProbe", readiness(service.health(), port));
              container.put(
                  "lifecycle", map("preStop", map("sleep", map("seconds", DRAIN_SECONDS))));
            });
    long grace = seconds(service.stopGrace()) + (service.port().isPresent() ? DRAIN_SECONDS : 0);
    return Pods.template(
        app,
        name,
        container,
        map("automountServiceAccountToken", false, "terminationGracePeriodSeconds", grace));
  }

  private static Map<String, Object> resources(ServiceSpec service) {
    Map<String, Object> resources =
        map(
            "requests",
            map(
                "cpu",
                service.resources().cpu().toString(),
                "memory",
                service.resources().memory().toString()));
    service
        .resources()
        .memoryLimit()
        .ifPresent(limit -> resources.put("limits", map("memory", limit.toString())));
    return resources;
  }

  /* Kubernetes counts in whole seconds. */
  private static Map<String, Object> readiness(HealthSpec health, int port) {
    return map(
        "httpGet",
        map("path", health.path(), "port", port),
        "periodSeconds",
        seconds(health.interval()),
        "timeoutSeconds",
        seconds(health.timeout()),
        "successThreshold",
        health.rise(),
        "failureThreshold",
        health.fall());
  }

  private static long seconds(Duration duration) {
    return Math.max(1, (duration.toMillis() + 999) / 1000);
  }
}

package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.spec.RedisSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes of a Redis Cluster, which {@link RedisKeeper} makes one. Pods change their addresses:
 * each node announces the address that it has now and a host name that stays, and tells clients the
 * name.
 */
final class RedisObjects {
  static final String COMPONENT = "redis";
  static final int PORT = 6379;
  private static final int BUS_PORT = 16379;

  private RedisObjects() {}

  static int nodes(RedisSpec redis) {
    return redis.shards() * (1 + redis.replicasPerShard());
  }

  static String url(Application app) {
    return "redis://%s:%d".formatted(app.id().nameOf(COMPONENT), PORT);
  }

  static void add(Application app, Plan.Draft draft) {
    if (!app.runsRedis()) {
      draft.find(
          app.document().redis().nodes().isEmpty()
              ? Finding.good(Finding.REDIS, "None", "spec.redis.shards is 0")
              : Finding.good(Finding.REDIS, "External", "Redis is run by someone else"));
      return;
    }
    draft.add(
        Manifest.object(
            "v1",
            "Service",
            app.id().owned(COMPONENT),
            map(
                "spec",
                map(
                    "clusterIP",
                    "None",
                    // Nodes must find each other before any of them is ready.
                    "publishNotReadyAddresses",
                    true,
                    "selector",
                    app.id().selector(COMPONENT),
                    "ports",
                    list(Pods.port("redis", PORT, "redis"), Pods.port("bus", BUS_PORT, "bus"))))));
    draft.add(
        Manifest.object(
            "apps/v1", "StatefulSet", app.id().owned(COMPONENT), map("spec", statefulSet(app))));
    draft.add(Pods.budget(app, COMPONENT));
    draft.add(
        Pods.policy(
            app,
            COMPONENT,
            app.id().selector(COMPONENT),
            list(
                Pods.from(clients(app), PORT),
                Pods.from(list(Pods.peer(app, COMPONENT)), PORT, BUS_PORT))));
  }

  private static List<Object> clients(Application app) {
    List<Object> clients = new ArrayList<>();
    app.ownServices().keySet().forEach(service -> clients.add(Pods.peer(app, service)));
    app.referredServices()
        .values()
        .forEach(
            service ->
                Optional.ofNullable(
                        app.cluster().deployments().get(service.deploymentRef().orElseThrow()))
                    .ifPresent(
                        existing ->
                            clients.add(
                                map("podSelector", map("matchLabels", existing.podLabels())))));
    clients.add(Pods.peer(app, RoleObjects.GATEWAY));
    clients.add(Pods.peer(app, MigrationJob.COMPONENT));
    clients.add(Pods.operator(app));
    return clients;
  }

  private static Map<String, Object> statefulSet(Application app) {
    return map(
        "serviceName",
        app.id().nameOf(COMPONENT),
        "replicas",
        nodes(app.document().redis()),
        "podManagementPolicy",
        "Parallel",
        "selector",
        map("matchLabels", app.id().selector(COMPONENT)),
        "template",
        Pods.template(
            app,
            COMPONENT,
            container(app),
            map(
                "automountServiceAccountToken",
                false,
                "terminationGracePeriodSeconds",
                30,
                "securityContext",
                map(
                    "runAsNonRoot",
                    true,
                    "runAsUser",
                    999,
                    "runAsGroup",
                    999,
                    "fsGroup",
                    999,
                    "seccompProfile",
                    map("type", "RuntimeDefault")))),
        "volumeClaimTemplates",
        list(
            map(
                "metadata",
                map("name", "data"),
                "spec",
                map(
                    "accessModes",
                    list("ReadWriteOnce"),
                    "resources",
                    map("requests", map("storage", "1Gi"))))));
  }

  private static Map<String, Object> container(Application app) {
    return map(
        "name",
        COMPONENT,
        "image",
        app.settings().redisImage(),
        // The image's entry point puts the server's name before options.
        "args",
        list(
            "--port",
            Integer.toString(PORT),
            "--dir",
            "/data",
            "--cluster-enabled",
            "yes",
            "--cluster-config-file",
            "nodes.conf",
            "--cluster-node-timeout",
            "5000",
            // A cache with a hole is better than no cache.
            "--cluster-require-full-coverage",
            "no",
            "--cluster-announce-ip",
            "$(POD_IP)",
            "--cluster-announce-hostname",
            "$(POD_NAME).%s.%s.svc".formatted(app.id().nameOf(COMPONENT), app.id().namespace()),
            "--cluster-preferred-endpoint-type",
            "hostname",
            "--save",
            "",
            "--appendonly",
            "no"),
        "env",
        list(field("POD_IP", "status.podIP"), field("POD_NAME", "metadata.name")),
        "ports",
        list(
            map("name", COMPONENT, "containerPort", PORT),
            map("name", "bus", "containerPort", BUS_PORT)),
        "readinessProbe",
        map("tcpSocket", map("port", COMPONENT), "periodSeconds", 5),
        "livenessProbe",
        map("tcpSocket", map("port", COMPONENT), "periodSeconds", 10, "failureThreshold", 6),
        "resources",
        map("requests", map("cpu", "100m", "memory", "256Mi"), "limits", map("memory", "512Mi")),
        "securityContext",
        Pods.unprivileged(),
        "volumeMounts",
        list(map("name", "data", "mountPath", "/data")));
  }

  private static Map<String, Object> field(String name, String path) {
    return map("name", name, "valueFrom", map("fieldRef", map("fieldPath", path)));
  }
}

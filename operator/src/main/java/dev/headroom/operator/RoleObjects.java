package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.base.ByteSize;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Headroom's own pods: gateway, router and server, and the document that they read. */
final class RoleObjects {
  static final String GATEWAY = "gateway";
  static final String ROUTER = "router";
  static final String SERVER = "server";
  static final int METRICS_PORT = 8801;

  private static final String DOCUMENT = "document";
  private static final String DOCUMENT_FOLDER = "/etc/headroom";
  private static final String WORK_FOLDER = "/var/lib/headroom";
  private static final String DIGEST = "headroom.dev/document-digest";

  private RoleObjects() {}

  static void add(Application app, Plan.Draft draft) {
    draft.add(document(app));
    server(app, draft);
    if (app.hasGateway()) {
      gateway(app, draft);
    }
    if (app.hasRouter()) {
      router(app, draft);
    }
    if (app.hasGateway() || app.hasRouter()) {
      draft.add(
          Manifest.object(
              "rbac.authorization.k8s.io/v1",
              "Role",
              app.id().owned("endpoints"),
              map("rules", Permissions.ofRoles())));
    }
  }

  /* A Secret, as a document may hold literals that are nobody else's business. */
  private static GenericKubernetesResource document(Application app) {
    return Manifest.object(
        "v1",
        "Secret",
        app.id().owned(DOCUMENT),
        map(
            "type",
            "Opaque",
            "stringData",
            map(
                "app.yaml",
                RoleDocument.written(app),
                "kubernetes.yaml",
                RoleDocument.overlay(app))));
  }

  private static void gateway(Application app, Plan.Draft draft) {
    boolean tls = app.document().gateway().tls().isPresent();
    List<Object> ports = new ArrayList<>();
    List<Object> open = new ArrayList<>();
    ports.add(Pods.port("http", 80, RoleDocument.GATEWAY_PORT));
    open.add(map("port", RoleDocument.GATEWAY_PORT));
    if (tls) {
      ports.add(Pods.port("https", 443, RoleDocument.GATEWAY_TLS_PORT));
      open.add(map("port", RoleDocument.GATEWAY_TLS_PORT));
    }
    account(app, GATEWAY, draft);
    draft.add(
        Pods.deployment(
            app,
            GATEWAY,
            Optional.of(2),
            pod(
                app,
                GATEWAY,
                List.of("--discover", app.id().namespace()),
                map("containerPort", RoleDocument.GATEWAY_PORT, "name", "http"),
                app.spec().get("gateway"),
                map("serviceAccountName", app.id().nameOf(GATEWAY)))));
    draft.add(
        Manifest.object(
            "v1",
            "Service",
            app.id().owned(GATEWAY),
            Pods.service(app.id().selector(GATEWAY), ports)));
    draft.add(Pods.budget(app, GATEWAY));
    draft.add(Pods.policy(app, GATEWAY, app.id().selector(GATEWAY), list(map("ports", open))));
  }

  private static void router(Application app, Plan.Draft draft) {
    account(app, ROUTER, draft);
    List<String> arguments =
        app.runsDatabase()
            ? List.of(
                "--discover",
                app.id().namespace() + "/" + app.id().nameOf(PostgresObjects.COMPONENT) + "-r")
            : List.of();
    draft.add(
        Pods.deployment(
            app,
            ROUTER,
            Optional.of(2),
            pod(
                app,
                ROUTER,
                arguments,
                map("containerPort", RoleDocument.ROUTER_PORT, "name", "postgres"),
                list(databaseSecrets(app), app.spec().getOrDefault("router", map())),
                map("serviceAccountName", app.id().nameOf(ROUTER)))));
    draft.add(
        Manifest.object(
            "v1",
            "Service",
            app.id().owned(ROUTER),
            Pods.service(
                app.id().selector(ROUTER),
                list(Pods.port("postgres", RoleDocument.ROUTER_PORT, "postgres")))));
    draft.add(Pods.budget(app, ROUTER));
    List<Object> clients = new ArrayList<>();
    app.ownServices().keySet().forEach(service -> clients.add(Pods.peer(app, service)));
    clients.addAll(referred(app));
    clients.add(Pods.peer(app, SERVER));
    draft.add(
        Pods.policy(
            app,
            ROUTER,
            app.id().selector(ROUTER),
            list(Pods.from(clients, RoleDocument.ROUTER_PORT))));
  }

  /** Pods of Deployments that a pipeline owns. */
  static List<Object> referred(Application app) {
    return app.referredServices().values().stream()
        .map(service -> app.cluster().deployments().get(service.deploymentRef().orElseThrow()))
        .filter(Objects::nonNull)
        .map(existing -> (Object) map("podSelector", map("matchLabels", existing.podLabels())))
        .toList();
  }

  private static Object databaseSecrets(Application app) {
    return app.runsDatabase()
        ? map("primary", map("secret", PostgresObjects.accessSecret(app) + "/uri"))
        : app.spec().getOrDefault("database", map());
  }

  /* One, with a disk: it holds what was measured. */
  private static void server(Application app, Plan.Draft draft) {
    ByteSize disk = app.document().apm().retention().disk();
    Map<String, Object> template =
        pod(
            app,
            SERVER,
            List.of("--state", stateFolder(app), "--metrics-api", Integer.toString(METRICS_PORT)),
            map("containerPort", RoleDocument.HTTP_PORT, "name", "otlp-http"),
            list(
                databaseSecrets(app),
                app.spec().getOrDefault("channels", map()),
                app.spec().getOrDefault("apm", map())),
            map("automountServiceAccountToken", false));
    draft.add(
        Manifest.object(
            "apps/v1",
            "StatefulSet",
            app.id().owned(SERVER),
            map(
                "spec",
                map(
                    "serviceName",
                    app.id().nameOf(SERVER),
                    "replicas",
                    1,
                    "selector",
                    map("matchLabels", app.id().selector(SERVER)),
                    "template",
                    template,
                    "volumeClaimTemplates",
                    list(
                        map(
                            "metadata",
                            map("name", "state"),
                            "spec",
                            map(
                                "accessModes",
                                list("ReadWriteOnce"),
                                "resources",
                                map(
                                    "requests",
                                    // Room for what is being merged besides what is kept.
                                    map(
                                        "storage",
                                        new ByteSize(disk.bytes() * 5 / 4).toString())))))))));
    draft.add(
        Manifest.object(
            "v1",
            "Service",
            app.id().owned(SERVER),
            Pods.service(
                app.id().selector(SERVER),
                list(
                    Pods.port("otlp-grpc", RoleDocument.GRPC_PORT, RoleDocument.GRPC_PORT),
                    Pods.port("otlp-http", RoleDocument.HTTP_PORT, RoleDocument.HTTP_PORT),
                    Pods.port("console", RoleDocument.CONSOLE_PORT, RoleDocument.CONSOLE_PORT),
                    Pods.port("metrics", METRICS_PORT, METRICS_PORT)))));
    List<Object> senders = new ArrayList<>();
    senders.add(map("podSelector", map("matchLabels", map(AppIdentity.APP, app.id().name()))));
    senders.addAll(referred(app));
    senders.add(Pods.operator(app));
    // The console is for who may open a port-forward, which no policy stops.
    draft.add(
        Pods.policy(
            app,
            SERVER,
            app.id().selector(SERVER),
            list(
                Pods.from(senders, RoleDocument.GRPC_PORT, RoleDocument.HTTP_PORT),
                Pods.from(list(Pods.operator(app)), METRICS_PORT))));
  }

  /* Gateway and router see which addresses are ready, and nothing else of the cluster. */
  private static void account(Application app, String component, Plan.Draft draft) {
    draft.add(Manifest.object("v1", "ServiceAccount", app.id().owned(component), map()));
    draft.add(
        Manifest.object(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            app.id().owned(component),
            map(
                "roleRef",
                map(
                    "apiGroup",
                    "rbac.authorization.k8s.io",
                    "kind",
                    "Role",
                    "name",
                    app.id().nameOf("endpoints")),
                "subjects",
                list(
                    map(
                        "kind",
                        "ServiceAccount",
                        "name",
                        app.id().nameOf(component),
                        "namespace",
                        app.id().namespace())))));
  }

  private static Map<String, Object> pod(
      Application app,
      String role,
      List<String> arguments,
      Map<String, Object> port,
      @Nullable Object secretsOf,
      Map<String, Object> extra) {
    List<Object> args =
        new ArrayList<>(
            List.of(
                role,
                "-f",
                DOCUMENT_FOLDER + "/app.yaml",
                "-f",
                DOCUMENT_FOLDER + "/kubernetes.yaml"));
    args.addAll(arguments);
    List<Object> mounts = new ArrayList<>();
    List<Object> volumes = new ArrayList<>();
    mounts.add(map("name", DOCUMENT, "mountPath", DOCUMENT_FOLDER, "readOnly", true));
    volumes.add(map("name", DOCUMENT, "secret", map("secretName", app.id().nameOf(DOCUMENT))));
    mounts.add(map("name", "tmp", "mountPath", "/tmp"));
    volumes.add(map("name", "tmp", "emptyDir", map()));
    mounts.add(map("name", "state", "mountPath", WORK_FOLDER));
    if (!role.equals(SERVER)) {
      volumes.add(map("name", "state", "emptyDir", map()));
    }
    RoleDocument.secrets(secretsOf)
        .keySet()
        .forEach(
            secret -> {
              String volume = "secret-" + secret.replace('.', '-');
              mounts.add(
                  map(
                      "name",
                      volume,
                      "mountPath",
                      stateFolder(app) + "/secrets/" + secret,
                      "readOnly",
                      true));
              volumes.add(map("name", volume, "secret", map("secretName", secret)));
            });
    Map<String, Object> container =
        map(
            "name",
            role,
            "image",
            app.settings().image(),
            "args",
            args,
            "workingDir",
            WORK_FOLDER,
            "ports",
            list(port, map("containerPort", RoleDocument.ADMIN_PORT, "name", "admin")),
            "readinessProbe",
            probe("/readyz", 5, 3),
            "livenessProbe",
            probe("/healthz", 10, 6),
            "resources",
            map(
                "requests",
                map("cpu", "250m", "memory", "512Mi"),
                "limits",
                map("memory", role.equals(SERVER) ? "1Gi" : "512Mi")),
            "securityContext",
            Pods.unprivileged(),
            "volumeMounts",
            mounts);
    Map<String, Object> beside = new LinkedHashMap<>(extra);
    beside.put("securityContext", Pods.unprivilegedPod());
    beside.put("volumes", volumes);
    beside.put("terminationGracePeriodSeconds", 60);
    Map<String, Object> template = Pods.template(app, role, container, beside);
    // A changed document is a rollout: the old pods go when the new ones are ready.
    Map<String, Object> metadata =
        map(
            "labels",
            app.id().labels(role),
            "annotations",
            map(DIGEST, digest(RoleDocument.written(app) + RoleDocument.overlay(app))));
    template.put("metadata", metadata);
    return template;
  }

  private static Map<String, Object> probe(String path, int period, int failures) {
    return map(
        "httpGet",
        map("path", path, "port", "admin"),
        "periodSeconds",
        period,
        "failureThreshold",
        failures);
  }

  /* Where a role looks for what it keeps, and for secrets: below its working directory. */
  private static String stateFolder(Application app) {
    return WORK_FOLDER + "/.headroom/" + app.id().name();
  }

  static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

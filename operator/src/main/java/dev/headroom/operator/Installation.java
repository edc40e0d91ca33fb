package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a cluster needs before it understands a {@code ScaledApp}: the CustomResourceDefinition, a
 * namespace, the operator with the permissions it uses, and the metrics API for the
 * HorizontalPodAutoscaler.
 *
 * @param namespace where the operator runs
 * @param image of Headroom, for the operator and for all roles
 * @param clusterName of EKS, by which Karpenter finds subnets, security groups and the role of
 *     nodes; empty: no nodes are planned
 * @param metricsApi whether this cluster's {@code external.metrics.k8s.io} becomes Headroom's; a
 *     cluster has one
 */
public record Installation(String namespace, String image, String clusterName, boolean metricsApi) {

  public static final String DEFAULT_NAMESPACE = "headroom-system";

  static final String API_SERVICE = "v1beta1.external.metrics.k8s.io";
  static final String OPERATOR = "headroom-operator";
  static final int METRICS_PORT = 8443;
  static final int ADMIN_PORT = 9800;
  static final Map<String, String> LABELS = labels();

  private static final String RBAC = "rbac.authorization.k8s.io/v1";
  private static final String METRICS_READER = "headroom-metrics-reader";
  private static final Map<String, String> SELECTOR = Map.of("app.kubernetes.io/name", OPERATOR);

  private static Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("app.kubernetes.io/name", OPERATOR);
    labels.put("app.kubernetes.io/part-of", "headroom");
    return labels;
  }

  /** All objects, in the order in which they are applied. */
  public List<GenericKubernetesResource> objects() {
    List<GenericKubernetesResource> objects = new ArrayList<>();
    objects.add(definition());
    objects.add(Manifest.object("v1", "Namespace", Manifest.named(namespace, LABELS), map()));
    objects.add(Manifest.object("v1", "ServiceAccount", here(OPERATOR), map()));
    objects.add(
        Manifest.object(
            RBAC,
            "ClusterRole",
            Manifest.named(OPERATOR, LABELS),
            map("rules", Permissions.ofOperator())));
    objects.add(
        Manifest.object(
            RBAC,
            "ClusterRoleBinding",
            Manifest.named(OPERATOR, LABELS),
            binding("ClusterRole", OPERATOR)));
    objects.add(deployment());
    if (metricsApi) {
      objects.addAll(metricsObjects());
    }
    return objects;
  }

  /** The CustomResourceDefinition alone. */
  public static GenericKubernetesResource definition() {
    return ScaledAppDefinition.object();
  }

  /** All objects as a stream of YAML documents. */
  public String print() {
    return objects().stream()
        .map(object -> "---\n" + Serialization.asYaml(object).replaceFirst("^---\n", ""))
        .collect(Collectors.joining());
  }

  private ObjectMeta here(String name) {
    return Manifest.named(name, namespace, LABELS);
  }

  private Map<String, Object> binding(String roleKind, String role) {
    return map(
        "roleRef",
        map("apiGroup", "rbac.authorization.k8s.io", "kind", roleKind, "name", role),
        "subjects",
        list(map("kind", "ServiceAccount", "name", OPERATOR, "namespace", namespace)));
  }

  private GenericKubernetesResource deployment() {
    return Manifest.object(
        "apps/v1",
        "Deployment",
        here(OPERATOR),
        map(
            "spec",
            map(
                // One at a time: two would steer the same objects.
                "replicas",
                1,
                "strategy",
                map("type", "Recreate"),
                "selector",
                map("matchLabels", SELECTOR),
                "template",
                map(
                    "metadata",
                    map("labels", LABELS),
                    "spec",
                    map(
                        "serviceAccountName",
                        OPERATOR,
                        "securityContext",
                        map(
                            "runAsNonRoot",
                            true,
                            "runAsUser",
                            65532,
                            "runAsGroup",
                            65532,
                            "seccompProfile",
                            map("type", "RuntimeDefault")),
                        "containers",
                        list(container()),
                        "volumes",
                        list(map("name", "tmp", "emptyDir", map())))))));
  }

  private Map<String, Object> container() {
    return map(
        "name",
        "operator",
        "image",
        image,
        "args",
        list("operator", "--address", "0.0.0.0"),
        "env",
        list(
            map("name", "HEADROOM_IMAGE", "value", image),
            map("name", "HEADROOM_CLUSTER_NAME", "value", clusterName),
            map(
                "name",
                "POD_NAMESPACE",
                "valueFrom",
                map("fieldRef", map("fieldPath", "metadata.namespace")))),
        "ports",
        list(
            map("name", "metrics", "containerPort", METRICS_PORT),
            map("name", "admin", "containerPort", ADMIN_PORT)),
        "readinessProbe",
        map("httpGet", map("path", "/readyz", "port", "admin")),
        "livenessProbe",
        map(
            "httpGet",
            map("path", "/healthz", "port", "admin"),
            "initialDelaySeconds",
            10,
            "failureThreshold",
            6),
        "resources",
        map("requests", map("cpu", "100m", "memory", "384Mi"), "limits", map("memory", "384Mi")),
        "securityContext",
        map(
            "allowPrivilegeEscalation",
            false,
            "readOnlyRootFilesystem",
            true,
            "capabilities",
            map("drop", list("ALL"))),
        "volumeMounts",
        list(map("name", "tmp", "mountPath", "/tmp")));
  }

  private List<GenericKubernetesResource> metricsObjects() {
    return List.of(
        Manifest.object(
            "v1",
            "Service",
            here(OPERATOR),
            map(
                "spec",
                map(
                    "selector",
                    SELECTOR,
                    "ports",
                    list(map("name", "metrics", "port", 443, "targetPort", "metrics"))))),
        // By this the API server's own certificate for aggregation is known (kube-system).
        Manifest.object(
            RBAC,
            "RoleBinding",
            Manifest.named(OPERATOR + "-authentication", "kube-system", LABELS),
            binding("Role", "extension-apiserver-authentication-reader")),
        Manifest.object(
            RBAC,
            "ClusterRole",
            Manifest.named(METRICS_READER, LABELS),
            map(
                "rules",
                list(
                    Permissions.rule(
                        "external.metrics.k8s.io",
                        ScalingMetric.names(),
                        List.of("get", "list"))))),
        Manifest.object(
            RBAC,
            "ClusterRoleBinding",
            Manifest.named(METRICS_READER, LABELS),
            map(
                "roleRef",
                map(
                    "apiGroup",
                    "rbac.authorization.k8s.io",
                    "kind",
                    "ClusterRole",
                    "name",
                    METRICS_READER),
                "subjects",
                list(
                    map(
                        "kind",
                        "ServiceAccount",
                        "name",
                        "horizontal-pod-autoscaler",
                        "namespace",
                        "kube-system")))),
        Manifest.object(
            "apiregistration.k8s.io/v1",
            "APIService",
            Manifest.named(API_SERVICE, LABELS),
            map(
                "spec",
                map(
                    "group",
                    "external.metrics.k8s.io",
                    "version",
                    "v1beta1",
                    "groupPriorityMinimum",
                    100,
                    "versionPriority",
                    100,
                    // The operator adds the certificate that it made for itself.
                    "service",
                    map("name", OPERATOR, "namespace", namespace, "port", 443)))));
  }
}

package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.base.Percent;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the pods of all components have in common. */
final class Pods {
  /** The user that the image runs as. */
  static final int USER = 65532;

  /** A node label with ten values, which spot and on-demand pools share out among them. */
  static final String CAPACITY_SPREAD = "headroom.dev/capacity-spread";

  /** A node label: whose pool the node is of. */
  static final String NODES_OF = "headroom.dev/nodes-of";

  private Pods() {}

  static GenericKubernetesResource deployment(
      Application app, String component, Optional<Integer> replicas, Map<String, Object> template) {
    return Manifest.object(
        "apps/v1",
        "Deployment",
        app.id().owned(component),
        map(
            "spec",
            map(
                "replicas",
                replicas,
                "selector",
                map("matchLabels", app.id().selector(component)),
                "strategy",
                map(
                    "type",
                    "RollingUpdate",
                    "rollingUpdate",
                    map("maxUnavailable", 0, "maxSurge", "25%")),
                "template",
                template)));
  }

  /** A pod template; {@code extra} is what stands beside containers in its spec. */
  static Map<String, Object> template(
      Application app, String component, Map<String, Object> container, Map<String, Object> extra) {
    Map<String, Object> spec =
        map("containers", list(container), "topologySpreadConstraints", spread(app, component));
    if (app.plansNodes()) {
      spec.put("affinity", map("nodeAffinity", ourNodesFirst(app)));
    }
    spec.putAll(extra);
    return map("metadata", map("labels", app.id().labels(component)), "spec", spec);
  }

  /* Over zones, over nodes, and over spot and on-demand in their share; none of them at the price
   * of a pod that does not run. */
  static List<Object> spread(Application app, String component) {
    List<Object> constraints = new ArrayList<>();
    constraints.add(evenly(app, component, "topology.kubernetes.io/zone"));
    constraints.add(evenly(app, component, "kubernetes.io/hostname"));
    Percent spot = app.document().nodes().spot();
    if (app.plansNodes() && NodeObjects.spotShares(spot) > 0) {
      constraints.add(evenly(app, component, CAPACITY_SPREAD));
    }
    return constraints;
  }

  private static Map<String, Object> evenly(Application app, String component, String key) {
    return map(
        "maxSkew",
        1,
        "topologyKey",
        key,
        "whenUnsatisfiable",
        "ScheduleAnyway",
        "labelSelector",
        map("matchLabels", app.id().selector(component)));
  }

  private static Map<String, Object> ourNodesFirst(Application app) {
    return map(
        "preferredDuringSchedulingIgnoredDuringExecution",
        list(
            map(
                "weight",
                100,
                "preference",
                map(
                    "matchExpressions",
                    list(
                        map(
                            "key",
                            NODES_OF,
                            "operator",
                            "In",
                            "values",
                            list(app.id().namespace() + "." + app.id().name())))))));
  }

  /** Of a pod that runs our own program. */
  static Map<String, Object> unprivilegedPod() {
    return map(
        "runAsNonRoot",
        true,
        "runAsUser",
        USER,
        "runAsGroup",
        USER,
        "fsGroup",
        USER,
        "seccompProfile",
        map("type", "RuntimeDefault"));
  }

  static Map<String, Object> unprivileged() {
    return map(
        "allowPrivilegeEscalation",
        false,
        "readOnlyRootFilesystem",
        true,
        "capabilities",
        map("drop", list("ALL")));
  }

  static Map<String, Object> service(Map<String, Object> selector, List<Object> ports) {
    return map("spec", map("selector", selector, "ports", ports));
  }

  static Map<String, Object> port(String name, int port, Object targetPort) {
    return map("name", name, "port", port, "targetPort", targetPort);
  }

  /** At most one pod of the component is taken away at a time. */
  static GenericKubernetesResource budget(Application app, String component) {
    return Manifest.object(
        "policy/v1",
        "PodDisruptionBudget",
        app.id().owned(component),
        map(
            "spec",
            map(
                "maxUnavailable",
                1,
                "selector",
                map("matchLabels", app.id().selector(component)))));
  }

  /** Who may reach a component, and where; what is not said is shut. */
  static GenericKubernetesResource policy(
      Application app, String component, Map<String, Object> podSelector, List<Object> ingress) {
    return Manifest.object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        app.id().owned(component),
        map(
            "spec",
            map(
                "podSelector",
                map("matchLabels", podSelector),
                "policyTypes",
                list("Ingress"),
                "ingress",
                ingress)));
  }

  /** Ports from peers; without peers, from anywhere. */
  static Map<String, Object> from(List<Object> peers, int... ports) {
    List<Object> allowed = new ArrayList<>();
    for (int port : ports) {
      allowed.add(map("port", port));
    }
    return map("from", peers.isEmpty() ? Optional.empty() : Optional.of(peers), "ports", allowed);
  }

  /** Pods of a component of the same application. */
  static Map<String, Object> peer(Application app, String component) {
    return map("podSelector", map("matchLabels", app.id().selector(component)));
  }

  /** The operator's own pods. */
  static Map<String, Object> operator(Application app) {
    return map(
        "namespaceSelector",
        map("matchLabels", map("kubernetes.io/metadata.name", app.settings().namespace())),
        "podSelector",
        map("matchLabels", map("app.kubernetes.io/name", Installation.OPERATOR)));
  }
}

package dev.headroom.operator;

import java.util.List;

/** The kinds of object that the operator produces. */
enum Kind {
  SECRET("", "v1", "Secret", "secrets", ""),
  SERVICE("", "v1", "Service", "services", ""),
  SERVICE_ACCOUNT("", "v1", "ServiceAccount", "serviceaccounts", ""),
  CONFIG_MAP("", "v1", "ConfigMap", "configmaps", ""),
  ROLE("rbac.authorization.k8s.io", "v1", "Role", "roles", ""),
  ROLE_BINDING("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", ""),
  DEPLOYMENT("apps", "v1", "Deployment", "deployments", ""),
  STATEFUL_SET("apps", "v1", "StatefulSet", "statefulsets", ""),
  JOB("batch", "v1", "Job", "jobs", ""),
  DISRUPTION_BUDGET("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", ""),
  NETWORK_POLICY("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", ""),
  HORIZONTAL_AUTOSCALER(
      "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", ""),
  VERTICAL_AUTOSCALER(
      "autoscaling.k8s.io",
      "v1",
      "VerticalPodAutoscaler",
      "verticalpodautoscalers",
      "the VerticalPodAutoscaler of kubernetes/autoscaler"),
  POSTGRES_CLUSTER("postgresql.cnpg.io", "v1", "Cluster", "clusters", "the CloudNativePG operator"),
  NODE_POOL("karpenter.sh", "v1", "NodePool", "nodepools", "Karpenter"),
  NODE_CLASS(
      "karpenter.k8s.aws", "v1", "EC2NodeClass", "ec2nodeclasses", "Karpenter's AWS provider");

  private final String group;
  private final String version;
  private final String kind;
  private final String plural;
  private final String provider;

  Kind(String group, String version, String kind, String plural, String provider) {
    this.group = group;
    this.version = version;
    this.kind = kind;
    this.plural = plural;
    this.provider = provider;
  }

  /** Empty for the core group. */
  String group() {
    return group;
  }

  String version() {
    return version;
  }

  /** As in {@code kind:}. */
  String kind() {
    return kind;
  }

  String plural() {
    return plural;
  }

  /** Who brings it into a cluster; empty when every cluster has it. */
  String provider() {
    return provider;
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  boolean isNamespaced() {
    return this != NODE_POOL && this != NODE_CLASS;
  }

  /** A Secret is written, never read: what is in it may be somebody's password. */
  List<String> verbs() {
    return this == SECRET
        ? List.of("create", "patch")
        : List.of("get", "list", "watch", "create", "patch", "delete");
  }
}

package dev.headroom.operator;

import static dev.headroom.operator.Manifest.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the operator may do, and nothing else: no wildcard, and no reading of Secrets. A kind that
 * {@link Kind} does not name cannot be produced.
 */
final class Permissions {
  private static final List<String> READ = List.of("get", "list", "watch");

  private Permissions() {}

  /** The rules of the operator's ClusterRole. */
  static List<Map<String, Object>> ofOperator() {
    List<Map<String, Object>> rules = new ArrayList<>();
    rules.add(
        rule(
            ScaledAppDefinition.GROUP,
            List.of("scaledapps"),
            List.of("get", "list", "watch", "patch", "update")));
    rules.add(
        rule(
            ScaledAppDefinition.GROUP,
            List.of("scaledapps/status"),
            List.of("get", "patch", "update")));
    rules.add(rule(ScaledAppDefinition.GROUP, List.of("scaledapps/finalizers"), List.of("update")));
    for (Kind kind : Kind.values()) {
      rules.add(rule(kind.group(), List.of(kind.plural()), kind.verbs()));
    }
    rules.add(rule("", List.of("pods"), READ));
    rules.add(rule("discovery.k8s.io", List.of("endpointslices"), READ));
    rules.add(rule("", List.of("events"), List.of("create", "patch")));
    rules.add(rule("events.k8s.io", List.of("events"), List.of("create", "patch")));
    Map<String, Object> certificate =
        rule("apiregistration.k8s.io", List.of("apiservices"), List.of("get", "patch"));
    certificate.put("resourceNames", List.of(Installation.API_SERVICE));
    rules.add(certificate);
    return rules;
  }

  /** What the pods of gateway and router may: see which addresses are ready. */
  static List<Map<String, Object>> ofRoles() {
    return List.of(rule("discovery.k8s.io", List.of("endpointslices"), READ));
  }

  static Map<String, Object> rule(String group, List<String> resources, List<String> verbs) {
    return map("apiGroups", List.of(group), "resources", resources, "verbs", verbs);
  }
}

package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.StructuralSchema;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;

/** The CustomResourceDefinition that makes a cluster understand {@code ScaledApp}. */
final class ScaledAppDefinition {
  static final String GROUP = "headroom.dev";
  static final String VERSION = "v1alpha1";
  static final String PLURAL = "scaledapps";

  private ScaledAppDefinition() {}

  static GenericKubernetesResource object() {
    return Manifest.object(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        Manifest.named(PLURAL + "." + GROUP, Installation.LABELS),
        map(
            "spec",
            map(
                "group",
                GROUP,
                "scope",
                "Namespaced",
                "names",
                map(
                    "kind",
                    ScaledApp.KIND,
                    "listKind",
                    "ScaledAppList",
                    "plural",
                    PLURAL,
                    "singular",
                    "scaledapp",
                    "shortNames",
                    list("sa", "scaled")),
                "versions",
                list(version()))));
  }

  private static Map<String, Object> version() {
    return map(
        "name",
        VERSION,
        "served",
        true,
        "storage",
        true,
        "subresources",
        map("status", map()),
        "additionalPrinterColumns",
        list(
            column("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status"),
            column("Reason", "string", ".status.conditions[?(@.type==\"Ready\")].reason"),
            column("Age", "date", ".metadata.creationTimestamp")),
        "schema",
        map(
            "openAPIV3Schema",
            map(
                "type",
                "object",
                "description",
                "An application and what it needs to scale.",
                "required",
                list("spec"),
                "properties",
                map(
                    "apiVersion",
                    map("type", "string"),
                    "kind",
                    map("type", "string"),
                    "metadata",
                    map("type", "object"),
                    "spec",
                    StructuralSchema.ofSpec(),
                    "status",
                    status()))));
  }

  private static Map<String, Object> column(String name, String type, String path) {
    return map("name", name, "type", type, "jsonPath", path);
  }

  private static Map<String, Object> status() {
    return map(
        "type",
        "object",
        "description",
        "What the operator found and did.",
        "properties",
        map(
            "observedGeneration",
            map(
                "type",
                "integer",
                "format",
                "int64",
                "description",
                "The generation of the spec that this status speaks of."),
            "conditions",
            map(
                "type",
                "array",
                "x-kubernetes-list-type",
                "map",
                "x-kubernetes-list-map-keys",
                list("type"),
                "items",
                condition())));
  }

  private static Map<String, Object> condition() {
    return map(
        "type",
        "object",
        "required",
        list("type", "status", "reason", "message", "lastTransitionTime"),
        "properties",
        map(
            "type",
            map("type", "string", "maxLength", 316),
            "status",
            map("type", "string", "enum", list("True", "False", "Unknown")),
            "observedGeneration",
            map("type", "integer", "format", "int64", "minimum", 0),
            "lastTransitionTime",
            map("type", "string", "format", "date-time"),
            "reason",
            map("type", "string", "minLength", 1, "maxLength", 1024),
            "message",
            map("type", "string", "maxLength", 32768)));
  }
}

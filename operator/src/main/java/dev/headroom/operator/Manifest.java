package dev.headroom.operator;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Words for writing Kubernetes objects as they look in YAML. What is not written is not there, so
 * that server-side apply owns exactly the fields that this code names.
 */
final class Manifest {
  private Manifest() {}

  /** A map in the order of its arguments: key, value, key, value … An empty Optional leaves out. */
  static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String key = (String) keysAndValues[i];
      if (keysAndValues[i + 1] instanceof Optional<?> optional) {
        optional.ifPresent(value -> map.put(key, value));
      } else {
        map.put(key, keysAndValues[i + 1]);
      }
    }
    return map;
  }

  static List<Object> list(Object... items) {
    return List.of(items);
  }

  /** An object; its body is what stands beside {@code metadata}. */
  static GenericKubernetesResource object(
      String apiVersion, String kind, ObjectMeta metadata, Map<String, Object> body) {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(apiVersion);
    object.setKind(kind);
    object.setMetadata(metadata);
    object.setAdditionalProperties(new LinkedHashMap<>(body));
    return object;
  }

  static ObjectMeta named(String name, Map<String, String> labels) {
    return new ObjectMetaBuilder().withName(name).withLabels(labels).build();
  }

  static ObjectMeta named(String name, String namespace, Map<String, String> labels) {
    return new ObjectMetaBuilder(named(name, labels)).withNamespace(namespace).build();
  }
}

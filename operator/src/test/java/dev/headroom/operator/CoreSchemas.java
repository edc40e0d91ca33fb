package dev.headroom.operator;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kubernetes' own kinds, held against the types generated from its OpenAPI. */
final class CoreSchemas {
  private static final KubernetesSerialization SERIALIZATION =
      new KubernetesSerialization(new ObjectMapper(), true);

  private CoreSchemas() {}

  /** Fields that the type does not have, as paths. */
  static List<String> problems(GenericKubernetesResource object) {
    HasMetadata typed = SERIALIZATION.unmarshal(Serialization.asJson(object));
    if (typed instanceof GenericKubernetesResource) {
      return List.of("no type for " + object.getApiVersion() + " " + object.getKind());
    }
    List<String> problems = new ArrayList<>();
    look(object.getKind(), typed, problems);
    return problems;
  }

  private static void look(String path, @Nullable Object value, List<String> problems) {
    switch (value) {
      case List<?> list -> list.forEach(item -> look(path + "[]", item, problems));
      case Map<?, ?> map -> map.forEach((key, item) -> look(path + "." + key, item, problems));
      case Object bean
          when bean.getClass().getName().startsWith("io.fabric8.kubernetes.api.model") ->
          bean(path, bean, problems);
      case null, default -> {
        // A word.
      }
    }
  }

  private static void bean(String path, Object bean, List<String> problems) {
    for (Method method : bean.getClass().getMethods()) {
      if (method.getParameterCount() == 0
          && method.getName().startsWith("get")
          && !method.getName().equals("getClass")) {
        try {
          Object value = method.invoke(bean);
          if (method.getName().equals("getAdditionalProperties")) {
            if (value instanceof Map<?, ?> unknown && !unknown.isEmpty() && !isQuantity(bean)) {
              problems.add(path + ": unknown " + unknown.keySet());
            }
          } else {
            look(path + "." + method.getName().substring(3), value, problems);
          }
        } catch (IllegalAccessException | InvocationTargetException e) {
          throw new LinkageError(path + "." + method.getName(), e);
        }
      }
    }
  }

  private static boolean isQuantity(Object bean) {
    return bean.getClass().getSimpleName().equals("Quantity");
  }
}

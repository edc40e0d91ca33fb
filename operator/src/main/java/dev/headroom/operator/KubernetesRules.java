package dev.headroom.operator;

import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a document must hold besides, on Kubernetes. */
final class KubernetesRules {
  private static final Set<String> TAKEN =
      Set.of(
          RoleObjects.GATEWAY,
          RoleObjects.ROUTER,
          RoleObjects.SERVER,
          PostgresObjects.COMPONENT,
          RedisObjects.COMPONENT,
          MigrationJob.COMPONENT,
          "document",
          "endpoints",
          "nodes");

  /** Names of objects, with what is put after them, must stay DNS labels. */
  private static final int LONGEST = 40;

  private KubernetesRules() {}

  /**
   * All that does not hold, a line each.
   *
   * @param spec the same document as it was written
   */
  static List<String> problems(ScaledApp app, Map<String, Object> spec) {
    List<String> problems = new ArrayList<>();
    app.services().forEach((name, service) -> service(app, name, service, problems));
    spec.forEach(
        (section, value) -> {
          if (!section.equals("services")) {
            references("spec." + section, value, problems);
          }
        });
    return problems;
  }

  private static void service(
      ScaledApp app, String name, ServiceSpec service, List<String> problems) {
    String path = "spec.services." + name;
    if (TAKEN.contains(name)) {
      problems.add(
          path + ": a name that Headroom's own part has on Kubernetes (expected: another one)");
    }
    if (app.name().length() + name.length() > LONGEST) {
      problems.add(
          path
              + ": too long together with "
              + app.name()
              + " (expected: at most "
              + LONGEST
              + " characters)");
    }
    if (service.image().isEmpty()
        && service.deploymentRef().isEmpty()
        && service.endpoints().isEmpty()) {
      problems.add(
          path
              + ": nothing to run on Kubernetes (expected: image, deploymentRef or endpoints); an"
              + " overlay adds it");
    }
    if (service.image().isPresent() && service.deploymentRef().isPresent()) {
      problems.add(
          path
              + ": image and deploymentRef (expected: one; the pipeline's Deployment has its own)");
    }
    service
        .env()
        .forEach((variable, value) -> reference(path + ".env." + variable, value, problems));
  }

  /* Outside of services, whose env may have a variable of any name, a map of one such key is a
   * reference. */
  private static void references(String path, @Nullable Object value, List<String> problems) {
    switch (value) {
      case Map<?, ?> map when map.size() == 1 && map.get("env") instanceof String variable ->
          problems.add(refused(path, "{env: " + variable + "}"));
      case Map<?, ?> map when map.size() == 1 && map.get("file") instanceof String file ->
          problems.add(refused(path, "{file: " + file + "}"));
      case Map<?, ?> map ->
          map.forEach((key, inner) -> references(path + "." + key, inner, problems));
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          references(path + "[" + i + "]", list.get(i), problems);
        }
      }
      case null, default -> {
        // A word: no reference.
      }
    }
  }

  /* A variable or a file of the machine on which `headroom up` runs: a cluster has neither. */
  private static void reference(String path, Value value, List<String> problems) {
    switch (value) {
      case Value.Literal _, Value.Secret _ -> {
        // Both are to be had.
      }
      case Value.Env env -> problems.add(refused(path, "{env: " + env.variable() + "}"));
      case Value.File file -> problems.add(refused(path, "{file: " + file.path() + "}"));
    }
  }

  private static String refused(String path, String written) {
    return path + ": " + written + " (expected on Kubernetes: {secret: name/key}, or the text)";
  }
}

package dev.headroom.operator;

import static dev.headroom.operator.Manifest.list;
import static dev.headroom.operator.Manifest.map;

import dev.headroom.spec.RedisSpec;
import dev.headroom.spec.ScaledApp;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The document that gateway, router and server are started with: the resource as it was written,
 * and an overlay that says where on this cluster everything is.
 */
final class RoleDocument {
  static final int GATEWAY_PORT = 8080;
  static final int GATEWAY_TLS_PORT = 8443;
  static final int ROUTER_PORT = 6432;
  static final int GRPC_PORT = 4317;
  static final int HTTP_PORT = 4318;
  static final int CONSOLE_PORT = 8800;
  static final int ADMIN_PORT = 9800;

  private static final String EVERYWHERE = "0.0.0.0";

  private RoleDocument() {}

  /** The resource as it was written, as a file. */
  static String written(Application app) {
    return yaml(app, app.spec());
  }

  /** Laid over it. */
  static String overlay(Application app) {
    Map<String, Object> spec = new LinkedHashMap<>();
    Map<String, Object> services = new LinkedHashMap<>();
    // Their environment is told to their pods; its secrets are nobody else's business.
    app.document()
        .services()
        .forEach(
            (name, service) -> {
              if (!service.env().isEmpty()) {
                services.put(name, without("env"));
              }
            });
    if (!services.isEmpty()) {
      spec.put("services", services);
    }
    Map<String, Object> gateway = map("listen", GATEWAY_PORT, "address", EVERYWHERE);
    if (app.document().gateway().tls().isPresent()) {
      gateway.put("tls", map("listen", GATEWAY_TLS_PORT));
    }
    spec.put("gateway", gateway);
    spec.put("router", map("listen", ROUTER_PORT, "address", EVERYWHERE));
    spec.put(
        "apm",
        map(
            "address",
            EVERYWHERE,
            "grpc",
            GRPC_PORT,
            "http",
            HTTP_PORT,
            "console",
            CONSOLE_PORT,
            "admin",
            ADMIN_PORT,
            "endpoint",
            "http://%s:%d".formatted(app.id().nameOf(RoleObjects.SERVER), HTTP_PORT)));
    if (app.runsDatabase()) {
      Map<String, Object> database = without("replicas", "durability", "name", "user", "storage");
      database.put("primary", map("secret", PostgresObjects.accessSecret(app) + "/uri"));
      spec.put("database", database);
    }
    RedisSpec redis = app.document().redis();
    if (app.runsRedis() && redis.shards() > 0) {
      Map<String, Object> nodes = without("shards", "replicasPerShard");
      nodes.put("nodes", list(RedisObjects.url(app)));
      spec.put("redis", nodes);
    }
    return yaml(app, spec);
  }

  /* Null takes a key away. */
  private static Map<String, Object> without(String... keys) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (String key : keys) {
      map.put(key, null);
    }
    return map;
  }

  private static String yaml(Application app, Map<String, Object> spec) {
    return Serialization.asYaml(
        map(
            "apiVersion",
            ScaledApp.API_VERSION,
            "kind",
            ScaledApp.KIND,
            "metadata",
            map("name", app.id().name()),
            "spec",
            spec));
  }

  /** The Secrets, and their keys, that a section of the document refers to. */
  static Map<String, Set<String>> secrets(@Nullable Object section) {
    Map<String, Set<String>> found = new TreeMap<>();
    gather(section, found);
    return found;
  }

  private static void gather(@Nullable Object value, Map<String, Set<String>> found) {
    switch (value) {
      case Map<?, ?> map when map.size() == 1 && map.get("secret") instanceof String reference -> {
        int slash = reference.indexOf('/');
        if (slash > 0) {
          found
              .computeIfAbsent(reference.substring(0, slash), _ -> new TreeSet<>())
              .add(reference.substring(slash + 1));
        }
      }
      case Map<?, ?> map -> map.values().forEach(inner -> gather(inner, found));
      case Iterable<?> items -> items.forEach(inner -> gather(inner, found));
      case null, default -> {
        // A word: no reference.
      }
    }
  }
}

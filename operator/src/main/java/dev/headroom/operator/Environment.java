package dev.headroom.operator;

import static dev.headroom.operator.Manifest.map;

import dev.headroom.spec.ServiceSpec;
import dev.headroom.spec.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a pod is told: where its database, its Redis and the telemetry are, and what the document
 * says. The document comes last: what it sets counts.
 */
final class Environment {
  private static final String USER = "HEADROOM_DB_USER";
  private static final String PASSWORD = "HEADROOM_DB_PASSWORD";
  private static final String NAME = "HEADROOM_DB_NAME";

  private final List<Object> variables = new ArrayList<>();

  private Environment() {}

  /** Of a replica; its database is the router. */
  static List<Object> ofReplica(Application app, String name, ServiceSpec service) {
    Environment environment = new Environment();
    service.port().ifPresent(port -> environment.set("PORT", Integer.toString(port)));
    environment.database(app, app.id().nameOf(RoleObjects.ROUTER), RoleDocument.ROUTER_PORT);
    environment.rest(app, name, service);
    return environment.variables;
  }

  /** Of a migration; its database is the primary itself. */
  static List<Object> ofMigration(Application app, String name, ServiceSpec service) {
    Environment environment = new Environment();
    environment.database(
        app, app.id().nameOf(PostgresObjects.COMPONENT) + "-rw", PostgresObjects.PORT);
    environment.rest(app, name, service);
    return environment.variables;
  }

  private void database(Application app, String host, int port) {
    if (!app.runsDatabase()) {
      return;
    }
    String secret = PostgresObjects.accessSecret(app);
    secret(USER, secret, "username");
    secret(PASSWORD, secret, "password");
    secret(NAME, secret, "dbname");
    String place = "%s:%d/$(%s)".formatted(host, port, NAME);
    set("DATABASE_URL", "postgres://$(%s):$(%s)@%s".formatted(USER, PASSWORD, place));
    set(
        "JDBC_DATABASE_URL",
        "jdbc:postgresql://%s?user=$(%s)&password=$(%s)".formatted(place, USER, PASSWORD));
  }

  private void rest(Application app, String name, ServiceSpec service) {
    if (app.runsRedis()) {
      set("REDIS_URL", RedisObjects.url(app));
    }
    variables.add(
        map(
            "name",
            "HEADROOM_POD",
            "valueFrom",
            map("fieldRef", map("fieldPath", "metadata.name"))));
    set(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://%s:%d".formatted(app.id().nameOf(RoleObjects.SERVER), RoleDocument.HTTP_PORT));
    set("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    set("OTEL_SERVICE_NAME", name);
    set("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=$(HEADROOM_POD)");
    service.env().forEach(this::written);
  }

  private void written(String variable, Value value) {
    variables.removeIf(each -> variable.equals(((Map<?, ?>) each).get("name")));
    switch (value) {
      // $(X) would be taken for a variable by Kubernetes; $$ is a $.
      case Value.Literal literal -> set(variable, literal.text().replace("$(", "$$("));
      case Value.Secret secret -> secret(variable, secret.name(), secret.key());
      case Value.Env _, Value.File _ ->
          throw new IllegalStateException(variable + ": KubernetesRules lets no such value pass");
    }
  }

  private void set(String variable, String value) {
    variables.add(map("name", variable, "value", value));
  }

  private void secret(String variable, String name, String key) {
    variables.add(
        map("name", variable, "valueFrom", map("secretKeyRef", map("name", name, "key", key))));
  }
}

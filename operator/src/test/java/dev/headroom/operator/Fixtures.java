package dev.headroom.operator;

import dev.headroom.operator.ClusterState.ExistingDeployment;
import dev.headroom.operator.ClusterState.JobState;
import dev.headroom.operator.ClusterState.MetricsApiOwner;
import dev.headroom.operator.DocumentReader.Reading;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Words that the tests of this room share. */
final class Fixtures {
  static final String FULL =
      """
      services:
        web:
          image: registry.example/tracker:1.4.2
          port: 3000
          paths: [/**]
          health: {path: /healthz, interval: 1500ms}
          env:
            SMTP_HOST: mail.acme.example
            PRICE: 5 $(USD)
            SMTP_PASSWORD: {secret: smtp/password}
          replicas: {min: 8, max: 24}
          targets: {cpu: 70%, inFlight: 20, p95: 250ms}
          resources:
            {cpu: 500m, memory: 512Mi, memoryLimit: 1Gi, rightSizing: auto, maxAllowed: {cpu: 2}}
          stopGrace: 20s
        reports:
          deploymentRef: reports-prod
          port: 8080
          paths: [/reports/**]
          replicas: {min: 2, max: 6}
        mailer: {image: "registry.example/tracker:1.4.2", replicas: {min: 2}}
      migrate: {service: web, command: [npm, run, migrate]}
      database: {replicas: 4, durability: required, storage: 50Gi}
      redis: {shards: 3, replicasPerShard: 1}
      nodes: {min: 6, max: 18, spot: 70%, families: [m7i, c7i]}
      """;

  static final String SMALL = "services: {web: {image: \"registry.example/app:1\", port: 3000}}\n";

  static final AppIdentity ID = new AppIdentity(ClusterDouble.NAMESPACE, "tracker", "uid-1");
  static final OperatorSettings SETTINGS =
      new OperatorSettings(
          "registry.example/headroom:0.1.0",
          OperatorSettings.DEFAULT_REDIS_IMAGE,
          "prod",
          Installation.DEFAULT_NAMESPACE);

  private Fixtures() {}

  @SuppressWarnings("unchecked")
  static Map<String, Object> spec(String yaml) {
    return new LinkedHashMap<>(Serialization.unmarshal(yaml, Map.class));
  }

  /** The application of a spec on a cluster that has everything. */
  static Application application(String yaml) {
    return application(yaml, everything());
  }

  static Application application(String yaml, ClusterState cluster) {
    Map<String, Object> spec = spec(yaml);
    return switch (DocumentReader.read(ID.name(), spec)) {
      case Reading.Valid valid -> new Application(ID, valid.document(), spec, cluster, SETTINGS);
      case Reading.Invalid(String problems) -> throw new AssertionError(problems);
    };
  }

  /** Every API, the pipeline's Deployment, and every Job done. */
  static ClusterState everything() {
    return cluster(EnumSet.allOf(Kind.class), MetricsApiOwner.HEADROOM);
  }

  static ClusterState cluster(Set<Kind> kinds, MetricsApiOwner owner) {
    return new ClusterState(
        kinds,
        owner,
        Map.of(
            "reports-prod",
            new ExistingDeployment(Map.of("app", "reports"), "reports", Optional.empty())),
        Map.of(),
        Map.of());
  }

  /** The same, after the migration of {@code app} is over. */
  static Application migrated(Application app) {
    String job =
        Plan.of(app).objects().stream()
            .filter(object -> object.getKind().equals("Job"))
            .map(object -> object.getMetadata().getName())
            .findFirst()
            .orElseThrow();
    ClusterState cluster = app.cluster();
    return new Application(
        app.id(),
        app.document(),
        app.spec(),
        new ClusterState(
            cluster.kinds(),
            cluster.metricsApi(),
            cluster.deployments(),
            Map.of(job, JobState.SUCCEEDED),
            cluster.workloads()),
        app.settings());
  }

  static GenericKubernetesResource find(Plan plan, Kind kind, String name) {
    return plan.objects().stream()
        .filter(object -> object.getKind().equals(kind.kind()))
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name + " in the plan"));
  }

  /** A field of an object; null when it is absent. */
  static @Nullable Object at(GenericKubernetesResource object, Object... path) {
    return object.get(path);
  }

  static Finding finding(Plan plan, String type) {
    return plan.findings().stream()
        .filter(finding -> finding.type().equals(type))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no finding " + type + " in " + plan.findings()));
  }
}

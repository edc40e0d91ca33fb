package dev.headroom.operator;

import static dev.headroom.operator.ClusterDouble.NAMESPACE;
import static dev.headroom.operator.Fixtures.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator against an API server's double: created, changed, broken, healed, deleted. */
class OperatorTest {
  private static final Set<Kind> ALL =
      EnumSet.of(Kind.POSTGRES_CLUSTER, Kind.NODE_POOL, Kind.NODE_CLASS, Kind.VERTICAL_AUTOSCALER);

  private ClusterDouble cluster;
  private Operator operator;

  @BeforeEach
  void start() {
    cluster = new ClusterDouble(ALL);
    operator = Operator.start(cluster.client(), Fixtures.SETTINGS, TimeSource.system());
  }

  @AfterEach
  void stop() {
    operator.close();
    cluster.close();
  }

  @Test
  void createdChangedBrokenHealedDeleted() {
    apply(SMALL + "nodes: {spot: 50%}\nredis: {shards: 3}\n");

    await("created", () -> exists(Kind.DEPLOYMENT, "tracker-web"));
    for (Kind kind : Kind.values()) {
      if (kind != Kind.CONFIG_MAP && kind != Kind.JOB && kind != Kind.HORIZONTAL_AUTOSCALER) {
        await("a " + kind, () -> !cluster.names(kind).isEmpty());
      }
    }
    await("told", () -> condition(Finding.DOCUMENT_VALID).isPresent());
    assertThat(condition(Finding.DOCUMENT_VALID).orElseThrow().getObservedGeneration())
        .isEqualTo(1);
    assertThat(condition(Finding.READY).orElseThrow().getReason()).isEqualTo("Progressing");

    // Changed: what the document no longer asks for goes, what it asks for now comes.
    apply(
        "services: {api: {image: \"registry.example/app:2\", port: 3000, replicas: {min: 2, max:"
            + " 4}}}\nredis: {shards: 0}\n");
    await("the new service", () -> exists(Kind.DEPLOYMENT, "tracker-api"));
    await("its autoscaler", () -> exists(Kind.HORIZONTAL_AUTOSCALER, "tracker-api"));
    await("the old service gone", () -> !exists(Kind.DEPLOYMENT, "tracker-web"));
    await("its Redis gone", () -> !exists(Kind.STATEFUL_SET, "tracker-redis"));
    await("its nodes gone", () -> cluster.names(Kind.NODE_POOL).isEmpty());
    await("both seen", () -> observed() == 2);

    // Broken by hand, healed.
    GenericKubernetesResource deployment = cluster.get(Kind.DEPLOYMENT, "tracker-api");
    assertThat(deployment).isNotNull();
    setImage("tracker-api", "attacker.example/other:1");
    await("the image is back", () -> image("tracker-api").equals("registry.example/app:2"));
    cluster
        .client()
        .genericKubernetesResources(ClusterObjects.context(Kind.NETWORK_POLICY))
        .inNamespace(NAMESPACE)
        .withName("tracker-api")
        .delete();
    await("the policy is back", () -> exists(Kind.NETWORK_POLICY, "tracker-api"));

    // A mistake takes nothing away.
    apply("services: {api: {image: \"registry.example/app:2\", port: 3000}}\nbogus: 1\n");
    await(
        "the mistake is told",
        () ->
            condition(Finding.DOCUMENT_VALID)
                .filter(condition -> condition.getStatus().equals("False"))
                .isPresent());
    assertThat(condition(Finding.DOCUMENT_VALID).orElseThrow().getMessage())
        .startsWith("spec.bogus: unknown key");
    assertThat(exists(Kind.DEPLOYMENT, "tracker-api")).isTrue();
  }

  @Test
  void nodesOutsideOfTheNamespaceGoWithTheResource() {
    apply(SMALL + "nodes: {spot: 50%}\n");
    await("pools", () -> cluster.names(Kind.NODE_POOL).size() == 2);
    assertThat(resource().orElseThrow().getMetadata().getFinalizers()).isNotEmpty();

    apps().inNamespace(NAMESPACE).withName("tracker").delete();

    await("pools gone", () -> cluster.names(Kind.NODE_POOL).isEmpty());
    await("class gone", () -> cluster.names(Kind.NODE_CLASS).isEmpty());
    await("resource gone", () -> resource().isEmpty());
  }

  private MixedOperation<ScaledAppResource, ?, Resource<ScaledAppResource>> apps() {
    return cluster.client().resources(ScaledAppResource.class);
  }

  private Optional<ScaledAppResource> resource() {
    return Optional.ofNullable(apps().inNamespace(NAMESPACE).withName("tracker").get());
  }

  private void apply(String spec) {
    if (resource().isPresent()) {
      // A patch of the spec alone: the operator may write the status at the same moment.
      apps()
          .inNamespace(NAMESPACE)
          .withName("tracker")
          .edit(
              app -> {
                app.setSpec(Fixtures.spec(spec));
                return app;
              });
    } else {
      ScaledAppResource app = new ScaledAppResource();
      app.setMetadata(new ObjectMetaBuilder().withName("tracker").withNamespace(NAMESPACE).build());
      app.setSpec(Fixtures.spec(spec));
      apps().inNamespace(NAMESPACE).resource(app).create();
    }
  }

  private boolean exists(Kind kind, String name) {
    return cluster.get(kind, name) != null;
  }

  private long observed() {
    return resource().map(app -> app.getStatus().getObservedGeneration()).orElse(0L);
  }

  private Optional<Condition> condition(String type) {
    return resource()
        .flatMap(
            app ->
                Optional.ofNullable(app.getStatus()).stream()
                    .flatMap(status -> status.getConditions().stream())
                    .filter(condition -> condition.getType().equals(type))
                    .findFirst());
  }

  private String image(String deployment) {
    GenericKubernetesResource object = cluster.get(Kind.DEPLOYMENT, deployment);
    return object == null ? "" : object.get("spec", "template", "spec", "containers", 0, "image");
  }

  private void setImage(String deployment, String image) {
    GenericKubernetesResource object =
        Objects.requireNonNull(cluster.get(Kind.DEPLOYMENT, deployment));
    List<Map<String, Object>> containers = object.get("spec", "template", "spec", "containers");
    containers.getFirst().put("image", image);
    cluster
        .client()
        .genericKubernetesResources(ClusterObjects.context(Kind.DEPLOYMENT))
        .inNamespace(NAMESPACE)
        .resource(object)
        .update();
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}

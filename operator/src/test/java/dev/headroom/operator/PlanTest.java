package dev.headroom.operator;

import static dev.headroom.operator.Fixtures.FULL;
import static dev.headroom.operator.Fixtures.ID;
import static dev.headroom.operator.Fixtures.SMALL;
import static dev.headroom.operator.Fixtures.application;
import static dev.headroom.operator.Fixtures.at;
import static dev.headroom.operator.Fixtures.cluster;
import static dev.headroom.operator.Fixtures.everything;
import static dev.headroom.operator.Fixtures.find;
import static dev.headroom.operator.Fixtures.finding;
import static dev.headroom.operator.Fixtures.migrated;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.operator.ClusterState.ExistingDeployment;
import dev.headroom.operator.ClusterState.MetricsApiOwner;
import dev.headroom.operator.Plan.ObjectKey;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Source;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final Set<Kind> PLAIN_CLUSTER =
      EnumSet.complementOf(
          EnumSet.of(
              Kind.POSTGRES_CLUSTER, Kind.NODE_POOL, Kind.NODE_CLASS, Kind.VERTICAL_AUTOSCALER));

  private final Plan full = Plan.of(migrated(application(FULL)));

  @Test
  void everyObjectOfAForeignKindIsValidByItsOwnDefinition() {
    Optional<UpstreamSchemas> schemas = UpstreamSchemas.find();
    Assumptions.assumeTrue(schemas.isPresent(), "no upstream definitions beside this repository");
    List<GenericKubernetesResource> foreign =
        full.objects().stream().filter(schemas.get()::know).toList();
    assertThat(foreign.stream().map(GenericKubernetesResource::getKind).distinct())
        .containsExactlyInAnyOrder("Cluster", "NodePool", "EC2NodeClass", "VerticalPodAutoscaler");
    for (GenericKubernetesResource object : foreign) {
      assertThat(schemas.get().problems(object)).as(object.toString()).isEmpty();
    }
  }

  @Test
  void theCheckAgainstDefinitionsCanFail() {
    Optional<UpstreamSchemas> schemas = UpstreamSchemas.find();
    Assumptions.assumeTrue(schemas.isPresent(), "no upstream definitions beside this repository");
    GenericKubernetesResource pool = find(full, Kind.NODE_POOL, "acme-tracker-spot");
    pool.getAdditionalProperties().put("spec", Map.of("templates", Map.of()));
    assertThat(schemas.get().problems(pool)).isNotEmpty();
  }

  @Test
  void everyObjectOfKubernetesItselfHasOnlyFieldsOfItsType() {
    full.objects().stream()
        .filter(object -> ClusterObjects.kind(object).provider().isEmpty())
        .forEach(
            object -> assertThat(CoreSchemas.problems(object)).as(object.toString()).isEmpty());
    GenericKubernetesResource wrong = find(full, Kind.DEPLOYMENT, "tracker-web");
    wrong.getAdditionalProperties().put("spec", Map.of("replica", 3));
    assertThat(CoreSchemas.problems(wrong)).containsExactly("Deployment.Spec: unknown [replica]");
  }

  @Test
  void everyObjectIsOfAKindThatTheOperatorMayWriteAndIsOwned() {
    assertThat(full.objects()).extracting(ClusterObjects::key).doesNotHaveDuplicates();
    for (GenericKubernetesResource object : full.objects()) {
      assertThat(object.getMetadata().getLabels()).containsEntry(AppIdentity.APP, "tracker");
      if (ClusterObjects.kind(object).isNamespaced()) {
        assertThat(object.getMetadata().getOwnerReferences().getFirst().getUid())
            .isEqualTo("uid-1");
        assertThat(object.getMetadata().getName()).hasSizeLessThanOrEqualTo(63);
      } else {
        assertThat(object.getMetadata().getLabels()).containsEntry(AppIdentity.NAMESPACE, "acme");
      }
    }
  }

  @Test
  void anAutoscalerOnCpuInFlightAndP95() {
    GenericKubernetesResource autoscaler = find(full, Kind.HORIZONTAL_AUTOSCALER, "tracker-web");
    assertThat(at(autoscaler, "spec", "minReplicas")).isEqualTo(8);
    assertThat(at(autoscaler, "spec", "maxReplicas")).isEqualTo(24);
    assertThat(at(autoscaler, "spec", "metrics", 0, "resource", "target", "averageUtilization"))
        .isEqualTo(70);
    assertThat(at(autoscaler, "spec", "metrics", 1, "external", "metric", "name"))
        .isEqualTo("headroom_in_flight");
    assertThat(at(autoscaler, "spec", "metrics", 2, "external", "target", "value"))
        .isEqualTo("250m");
    assertThat(at(find(full, Kind.DEPLOYMENT, "tracker-web"), "spec", "replicas")).isNull();
    assertThat(at(find(full, Kind.DEPLOYMENT, "tracker-mailer"), "spec", "replicas")).isEqualTo(2);
  }

  @Test
  void someoneElsesMetricsApiIsNotSeized() {
    Plan plan =
        Plan.of(
            application(FULL, cluster(EnumSet.allOf(Kind.class), MetricsApiOwner.SOMEBODY_ELSE)));
    GenericKubernetesResource autoscaler = find(plan, Kind.HORIZONTAL_AUTOSCALER, "tracker-web");
    assertThat((List<?>) autoscaler.get("spec", "metrics")).hasSize(1);
    assertThat(finding(plan, Finding.SCALING).message()).contains("belongs to somebody else");
  }

  @Test
  void aPipelinesDeploymentIsScaledAndObservedAndLeftAlone() {
    assertThat(full.objects())
        .noneMatch(
            object ->
                object.getKind().equals("Deployment")
                    && object.getMetadata().getName().contains("reports"));
    assertThat(
            at(
                find(full, Kind.HORIZONTAL_AUTOSCALER, "tracker-reports"),
                "spec",
                "scaleTargetRef",
                "name"))
        .isEqualTo("reports-prod");
    assertThat(at(find(full, Kind.SERVICE, "tracker-reports"), "spec", "selector", "app"))
        .isEqualTo("reports");
    assertThat(
            at(
                find(full, Kind.VERTICAL_AUTOSCALER, "tracker-reports"),
                "spec",
                "updatePolicy",
                "updateMode"))
        .isEqualTo("Off");
  }

  @Test
  void aPipelinesDeploymentThatIsMissingOrScaledAlreadyIsTold() {
    ClusterState all = everything();
    Plan without =
        Plan.of(
            application(
                FULL,
                new ClusterState(all.kinds(), all.metricsApi(), Map.of(), Map.of(), Map.of())));
    assertThat(finding(without, Finding.SERVICES).message()).contains("reports-prod");

    Plan rival =
        Plan.of(
            application(
                FULL,
                new ClusterState(
                    all.kinds(),
                    all.metricsApi(),
                    Map.of(
                        "reports-prod",
                        new ExistingDeployment(Map.of("a", "b"), "c", Optional.of("old-hpa"))),
                    Map.of(),
                    Map.of())));
    assertThat(finding(rival, Finding.SCALING).message()).contains("old-hpa");
    assertThat(rival.objects())
        .noneMatch(
            object ->
                ClusterObjects.key(object)
                    .equals(new ObjectKey(Kind.HORIZONTAL_AUTOSCALER, "tracker-reports")));
  }

  @Test
  void aQuorumOfFourReplicasConfirms() {
    GenericKubernetesResource cluster = find(full, Kind.POSTGRES_CLUSTER, "tracker-db");
    assertThat(at(cluster, "spec", "instances")).isEqualTo(5);
    assertThat(at(cluster, "spec", "postgresql", "synchronous"))
        .hasToString("{method=any, number=1, dataDurability=required, failoverQuorum=true}");
    assertThat(at(cluster, "spec", "storage", "size")).isEqualTo("50Gi");
  }

  @Test
  void whatAClusterLacksIsSaidAndTheRestGoesOn() {
    Plan plan = Plan.of(application(FULL, cluster(PLAIN_CLUSTER, MetricsApiOwner.HEADROOM)));
    assertThat(finding(plan, Finding.DATABASE))
        .isEqualTo(
            Finding.bad(
                Finding.DATABASE,
                "ApiMissing",
                "postgresql.cnpg.io/v1 Cluster is not served by this cluster (expected: the"
                    + " CloudNativePG operator); install it, and this goes on by itself"));
    assertThat(finding(plan, Finding.NODES).reason()).isEqualTo("ApiMissing");
    assertThat(finding(plan, Finding.SIZING).reason()).isEqualTo("ApiMissing");
    assertThat(plan.objects()).allMatch(o -> PLAIN_CLUSTER.contains(ClusterObjects.kind(o)));
    find(plan, Kind.STATEFUL_SET, "tracker-redis");
    find(plan, Kind.DEPLOYMENT, "tracker-gateway");
  }

  @Test
  void spotAndOnDemandShareOutTheirPart() {
    GenericKubernetesResource spot = find(full, Kind.NODE_POOL, "acme-tracker-spot");
    GenericKubernetesResource onDemand = find(full, Kind.NODE_POOL, "acme-tracker-on-demand");
    assertThat(spread(spot)).hasSize(7);
    assertThat(spread(onDemand)).hasSize(3).doesNotContainAnyElementsOf(spread(spot));
    assertThat(at(spot, "spec", "limits", "nodes")).isEqualTo("12");
    assertThat(at(onDemand, "spec", "limits", "nodes")).isEqualTo("6");
    assertThat(
            find(full, Kind.DEPLOYMENT, "tracker-web")
                .get("spec", "template", "spec", "topologySpreadConstraints")
                .toString())
        .contains("topology.kubernetes.io/zone", "kubernetes.io/hostname", Pods.CAPACITY_SPREAD);
  }

  private static List<Object> spread(GenericKubernetesResource pool) {
    return pool.get("spec", "template", "spec", "requirements", 3, "values");
  }

  @Test
  void nodesArePlannedOnlyForWhoAsksForThem() {
    assertThat(Plan.of(application(SMALL)).objects())
        .noneMatch(object -> object.getKind().equals("NodePool"));
  }

  @Test
  void theRolloutWaitsForTheMigration() {
    Plan before = Plan.of(application(FULL));
    assertThat(before.objects())
        .noneMatch(
            object ->
                ClusterObjects.key(object).equals(new ObjectKey(Kind.DEPLOYMENT, "tracker-web")));
    assertThat(before.held()).contains(new ObjectKey(Kind.DEPLOYMENT, "tracker-web"));
    assertThat(finding(before, Finding.MIGRATED).status()).isEqualTo(Finding.Status.UNKNOWN);
    find(full, Kind.DEPLOYMENT, "tracker-web");
  }

  @Test
  void aReplicaIsToldWhereEverythingIs() {
    List<Map<String, Object>> env =
        find(full, Kind.DEPLOYMENT, "tracker-web")
            .get("spec", "template", "spec", "containers", 0, "env");
    assertThat(value(env, "PORT")).isEqualTo("3000");
    assertThat(value(env, "DATABASE_URL"))
        .isEqualTo(
            "postgres://$(HEADROOM_DB_USER):$(HEADROOM_DB_PASSWORD)@tracker-router:6432/$(HEADROOM_DB_NAME)");
    assertThat(value(env, "REDIS_URL")).isEqualTo("redis://tracker-redis:6379");
    assertThat(value(env, "PRICE")).isEqualTo("5 $$(USD)");
    assertThat(env.toString())
        .contains(
            "{name=SMTP_PASSWORD, valueFrom={secretKeyRef={name=smtp, key=password}}}",
            "{name=HEADROOM_DB_PASSWORD, valueFrom={secretKeyRef={name=tracker-db-app,"
                + " key=password}}}");
  }

  private static Object value(List<Map<String, Object>> env, String name) {
    return env.stream()
        .filter(variable -> name.equals(variable.get("name")))
        .map(variable -> variable.get("value"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theRolesReadADocumentThatIsOne() {
    GenericKubernetesResource secret = find(full, Kind.SECRET, "tracker-document");
    ScaledApp app =
        Documents.parse(
            List.of(
                new Source("app.yaml", secret.get("stringData", "app.yaml")),
                new Source("kubernetes.yaml", secret.get("stringData", "kubernetes.yaml"))));
    assertThat(app.database().isExternal()).isTrue();
    assertThat(app.redis().nodes()).hasSize(1);
    assertThat(app.gateway().address()).isEqualTo("0.0.0.0");
    assertThat(app.apm().endpoint()).contains("http://tracker-server:4318");
    assertThat(app.services().values()).allMatch(service -> service.env().isEmpty());
    String written = secret.get("stringData", "kubernetes.yaml");
    assertThat(written).doesNotContain("mail.acme.example");
  }

  @Test
  void theRouterMountsTheAccessThatCloudNativePgKeeps() {
    assertThat(
            find(full, Kind.DEPLOYMENT, "tracker-router")
                .get("spec", "template", "spec", "volumes")
                .toString())
        .contains("secretName=tracker-db-app");
    assertThat(
            find(full, Kind.DEPLOYMENT, "tracker-router")
                .get("spec", "template", "spec", "containers", 0, "volumeMounts")
                .toString())
        .contains("/var/lib/headroom/.headroom/tracker/secrets/tracker-db-app");
  }

  @Test
  void aGatewayWithTlsListensToBothAndMountsItsKeys() {
    Plan plan =
        Plan.of(
            application(
                SMALL
                    + "gateway: {tls: {certificates: [{certificate: {secret: web-tls/tls.crt}, key:"
                    + " {secret: web-tls/tls.key}}]}}\n"));
    assertThat(at(find(plan, Kind.SERVICE, "tracker-gateway"), "spec", "ports", 1, "port"))
        .isEqualTo(443);
    assertThat(
            String.valueOf(
                at(
                    find(plan, Kind.DEPLOYMENT, "tracker-gateway"),
                    "spec",
                    "template",
                    "spec",
                    "volumes")))
        .contains("secretName=web-tls");
    String overlay =
        find(plan, Kind.SECRET, "tracker-document").get("stringData", "kubernetes.yaml");
    assertThat(overlay).contains("tls:\n      listen: 8443");
  }

  @Test
  void redisAnnouncesAHostNameThatStays() {
    List<Object> args =
        find(full, Kind.STATEFUL_SET, "tracker-redis")
            .get("spec", "template", "spec", "containers", 0, "args");
    assertThat(args)
        .containsSequence("--cluster-announce-hostname", "$(POD_NAME).tracker-redis.acme.svc")
        .containsSequence("--cluster-preferred-endpoint-type", "hostname");
    assertThat(at(find(full, Kind.STATEFUL_SET, "tracker-redis"), "spec", "replicas")).isEqualTo(6);
  }

  @Test
  void onlyTheGatewayReachesAService() {
    Object ingress = find(full, Kind.NETWORK_POLICY, "tracker-web").get("spec", "ingress");
    assertThat(ingress.toString())
        .contains("app.kubernetes.io/component=gateway")
        .doesNotContain("component=mailer");
    assertThat((List<?>) find(full, Kind.NETWORK_POLICY, "tracker-mailer").get("spec", "ingress"))
        .isEmpty();
  }

  @Test
  void withAnAutoscalerOnCpuTheOtherOneLeavesCpuAlone() {
    assertThat(
            at(
                find(full, Kind.VERTICAL_AUTOSCALER, "tracker-web"),
                "spec",
                "resourcePolicy",
                "containerPolicies",
                0,
                "controlledResources"))
        .isEqualTo(List.of("memory"));
    assertThat(
            at(
                find(full, Kind.VERTICAL_AUTOSCALER, "tracker-web"),
                "spec",
                "updatePolicy",
                "updateMode"))
        .isEqualTo("InPlaceOrRecreate");
  }

  @Test
  void whatMeansNothingOnAClusterIsToldAllAtOnce() {
    String problems =
        switch (DocumentReader.read(
            "tracker",
            Fixtures.spec(
                """
                services:
                  web: {command: [node], port: 3000, paths: [/**], env: {A: {env: B}}}
                  router: {image: x}
                database: {primary: {file: url.txt}}
                """))) {
          case DocumentReader.Reading.Invalid invalid -> invalid.problems();
          case DocumentReader.Reading.Valid _ -> "";
        };
    assertThat(problems.lines())
        .containsExactly(
            "spec.services.web: nothing to run on Kubernetes (expected: image, deploymentRef or"
                + " endpoints); an overlay adds it",
            "spec.services.web.env.A: {env: B} (expected on Kubernetes: {secret: name/key}, or the"
                + " text)",
            "spec.services.router: a name that Headroom's own part has on Kubernetes (expected:"
                + " another one)",
            "spec.database.primary: {file: url.txt} (expected on Kubernetes: {secret: name/key}, or"
                + " the text)");
  }

  @Test
  void planningIsAFunction() {
    Application app = application(FULL);
    assertThat(Plan.of(app).objects().toString()).isEqualTo(Plan.of(app).objects().toString());
    assertThat(ID.nameOf("web")).isEqualTo("tracker-web");
  }
}

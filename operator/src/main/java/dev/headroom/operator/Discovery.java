package dev.headroom.operator;

import dev.headroom.base.TimeSource;
import dev.headroom.operator.ClusterState.MetricsApiOwner;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** Which APIs a cluster serves, asked again every half minute. Thread-safe. */
final class Discovery {
  private static final Duration FRESH = Duration.ofSeconds(30);
  static final ResourceDefinitionContext API_SERVICES =
      new ResourceDefinitionContext.Builder()
          .withGroup("apiregistration.k8s.io")
          .withVersion("v1")
          .withKind("APIService")
          .withPlural("apiservices")
          .withNamespaced(false)
          .build();

  private final KubernetesClient client;
  private final String namespace;
  private final TimeSource time;
  private Set<Kind> kinds = Set.of();
  private MetricsApiOwner owner = MetricsApiOwner.NOBODY;
  private long asked;
  private boolean known;

  Discovery(KubernetesClient client, String namespace, TimeSource time) {
    this.client = client;
    this.namespace = namespace;
    this.time = time;
  }

  synchronized Set<Kind> kinds() {
    refresh();
    return kinds;
  }

  synchronized MetricsApiOwner metricsApi() {
    refresh();
    return owner;
  }

  private void refresh() {
    long now = time.nanoTime();
    if (known && now - asked < FRESH.toNanos()) {
      return;
    }
    Set<Kind> found = EnumSet.noneOf(Kind.class);
    for (Kind kind : Kind.values()) {
      if (kind.provider().isEmpty() || serves(kind)) {
        found.add(kind);
      }
    }
    kinds = Set.copyOf(found);
    owner = askOwner();
    asked = now;
    known = true;
  }

  private boolean serves(Kind kind) {
    APIResourceList resources = client.getApiResources(kind.apiVersion());
    return resources != null
        && resources.getResources().stream()
            .anyMatch(resource -> resource.getKind().equals(kind.kind()));
  }

  private MetricsApiOwner askOwner() {
    var service =
        client.genericKubernetesResources(API_SERVICES).withName(Installation.API_SERVICE).get();
    if (service == null) {
      return MetricsApiOwner.NOBODY;
    }
    boolean ours =
        Installation.OPERATOR.equals(service.get("spec", "service", "name"))
            && namespace.equals(service.get("spec", "service", "namespace"));
    return ours ? MetricsApiOwner.HEADROOM : MetricsApiOwner.SOMEBODY_ELSE;
  }
}

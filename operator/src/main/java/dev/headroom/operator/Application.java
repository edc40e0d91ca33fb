package dev.headroom.operator;

import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.ServiceSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that decides which objects an application needs.
 *
 * @param document the effective document
 * @param spec the same as it was written, as maps and lists
 */
record Application(
    AppIdentity id,
    ScaledApp document,
    Map<String, Object> spec,
    ClusterState cluster,
    OperatorSettings settings) {

  boolean serves(Kind kind) {
    return cluster.kinds().contains(kind);
  }

  /** Services whose pods are the operator's. */
  Map<String, ServiceSpec> ownServices() {
    Map<String, ServiceSpec> own = new LinkedHashMap<>();
    document
        .services()
        .forEach(
            (name, service) -> {
              if (service.deploymentRef().isEmpty() && service.image().isPresent()) {
                own.put(name, service);
              }
            });
    return own;
  }

  /** Services whose Deployment a pipeline owns. */
  Map<String, ServiceSpec> referredServices() {
    Map<String, ServiceSpec> referred = new LinkedHashMap<>();
    document
        .services()
        .forEach(
            (name, service) -> {
              if (service.deploymentRef().isPresent()) {
                referred.put(name, service);
              }
            });
    return referred;
  }

  boolean hasGateway() {
    return document.services().values().stream().anyMatch(ServiceSpec::isServer);
  }

  /** Is PostgreSQL ours to run, and can this cluster? */
  boolean runsDatabase() {
    return !document.database().isExternal() && serves(Kind.POSTGRES_CLUSTER);
  }

  boolean hasRouter() {
    return document.database().isExternal() || runsDatabase();
  }

  boolean runsRedis() {
    return document.redis().nodes().isEmpty() && document.redis().shards() > 0;
  }

  /** Nodes are planned only for who asks for them: a cluster's nodes are everybody's. */
  boolean plansNodes() {
    return spec.containsKey("nodes")
        && serves(Kind.NODE_POOL)
        && serves(Kind.NODE_CLASS)
        && !settings.clusterName().isEmpty();
  }
}

package dev.headroom.operator;

import static dev.headroom.operator.Manifest.map;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The cluster's {@code external.metrics.k8s.io}: served over TLS to the API server alone, which is
 * told our certificate. Where the APIService belongs to somebody else, it is left as it is.
 */
public final class ClusterMetricsApi implements Component {
  private static final Logger LOG = System.getLogger(ClusterMetricsApi.class.getName());
  private static final String CLIENT_CA = "requestheader-client-ca-file";

  private final MetricsApi api;
  private final boolean registered;

  private ClusterMetricsApi(MetricsApi api, boolean registered) {
    this.api = api;
    this.registered = registered;
  }

  /**
   * Listens and is known to the API server once this returns.
   *
   * @param namespace where the operator's Service is
   * @param connection stays the caller's
   */
  public static ClusterMetricsApi start(
      ClusterConnection connection, InetSocketAddress address, String namespace) {
    return start(
        connection.client(), address, namespace, new ForwardedMetrics(ForwardedMetrics::inCluster));
  }

  static ClusterMetricsApi start(
      KubernetesClient client,
      InetSocketAddress address,
      String namespace,
      ScalingMetrics metrics) {
    String host = Installation.OPERATOR + "." + namespace + ".svc";
    ServingTls tls = ServingTls.create(List.of(host), clientCa(client));
    MetricsApi api = MetricsApi.start(address, tls, metrics);
    return new ClusterMetricsApi(api, register(client, namespace, tls.certificate()));
  }

  /* Whom the API server speaks as when it passes requests on. */
  private static Optional<String> clientCa(KubernetesClient client) {
    ConfigMap map =
        client
            .configMaps()
            .inNamespace("kube-system")
            .withName("extension-apiserver-authentication")
            .get();
    Optional<String> ca =
        map == null || map.getData() == null
            ? Optional.empty()
            : Optional.ofNullable(map.getData().get(CLIENT_CA));
    if (ca.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "kube-system/extension-apiserver-authentication has no {0}: the metrics API answers"
              + " anyone who reaches it",
          CLIENT_CA);
    }
    return ca;
  }

  private static boolean register(KubernetesClient client, String namespace, String certificate) {
    var at =
        client
            .genericKubernetesResources(Discovery.API_SERVICES)
            .withName(Installation.API_SERVICE);
    var service = at.get();
    if (service == null
        || !Installation.OPERATOR.equals(service.get("spec", "service", "name"))
        || !namespace.equals(service.get("spec", "service", "namespace"))) {
      LOG.log(
          Level.INFO,
          "APIService {0} is {1}: the metrics API is served, and not asked",
          Installation.API_SERVICE,
          service == null ? "absent" : "somebody else''s");
      return false;
    }
    var patch =
        Manifest.object(
            "apiregistration.k8s.io/v1",
            "APIService",
            Manifest.named(Installation.API_SERVICE, java.util.Map.of()),
            map(
                "spec",
                map(
                    "caBundle",
                    Base64.getEncoder()
                        .encodeToString(certificate.getBytes(StandardCharsets.US_ASCII)))));
    at.patch(
        new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(ClusterObjects.FIELD_MANAGER)
            .build(),
        patch);
    return true;
  }

  public int port() {
    return api.port();
  }

  @Override
  public String name() {
    return api.name();
  }

  @Override
  public Health check() {
    return registered ? api.check() : Health.degraded("not registered with the API server");
  }

  @Override
  public void close() {
    api.close();
  }
}

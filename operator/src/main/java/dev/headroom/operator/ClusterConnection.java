package dev.headroom.operator;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.UserError;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;

/**
 * The API server that this process speaks to: the one of its pod, or the one that kubectl would
 * ({@code KUBECONFIG}, {@code ~/.kube/config}). Thread-safe.
 */
public final class ClusterConnection implements Component {
  private static final int RETRIES = 3;

  private final KubernetesClient client;

  private ClusterConnection(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Connects, and asks for the version to see that it works.
   *
   * @throws UserError of the machine when no API server answers
   */
  public static ClusterConnection open() {
    Config config = Config.autoConfigure(null);
    config.setRequestRetryBackoffLimit(RETRIES);
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    try {
      var _ = client.getKubernetesVersion();
      return new ClusterConnection(client);
    } catch (KubernetesClientException e) {
      client.close();
      throw UserError.machine(
          "%s: no Kubernetes API server answers: %s (expected: a cluster that kubectl reaches; set"
                  .formatted(config.getMasterUrl(), root(e))
              + " KUBECONFIG, or choose a context)",
          e);
    }
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  KubernetesClient client() {
    return client;
  }

  /** Where it is. */
  public String address() {
    return client.getMasterUrl().toString();
  }

  @Override
  public String name() {
    return "kubernetes";
  }

  /** Never down: what is known goes on to work while the API server is away. */
  @Override
  public Health check() {
    try {
      var _ = client.getKubernetesVersion();
      return Health.up();
    } catch (KubernetesClientException e) {
      return Health.degraded(root(e));
    }
  }

  @Override
  public void close() {
    client.close();
  }
}

package dev.headroom.launcher;

import dev.headroom.base.Lifecycle;
import dev.headroom.base.TimeSource;
import dev.headroom.operator.ClusterConnection;
import dev.headroom.operator.ClusterMetricsApi;
import dev.headroom.operator.Installation;
import dev.headroom.operator.Operator;
import dev.headroom.operator.OperatorSettings;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code headroom operator}. */
@Command(
    name = "operator",
    description = "Run the operator: carries out every ScaledApp of a Kubernetes cluster.",
    footer = {
      "",
      "It speaks to the cluster that kubectl would, or to that of its pod; `headroom install` puts"
          + " it",
      "there with the permissions that it uses.",
      "",
      "Example:",
      "  headroom operator --image registry.acme.example/headroom:0.1.0 --cluster-name prod"
    })
final class OperatorCommand implements Callable<Integer> {
  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      defaultValue = "${env:HEADROOM_IMAGE:-headroom:0.1.0}",
      description = "Image of gateway, router and server (default: $$HEADROOM_IMAGE).")
  private String image = "headroom:0.1.0";

  @Option(
      names = "--redis-image",
      paramLabel = "IMAGE",
      defaultValue = OperatorSettings.DEFAULT_REDIS_IMAGE,
      description = "Redis 7 or newer, or Valkey (default: ${DEFAULT-VALUE}).")
  private String redisImage = OperatorSettings.DEFAULT_REDIS_IMAGE;

  @Option(
      names = "--cluster-name",
      paramLabel = "NAME",
      defaultValue = "${env:HEADROOM_CLUSTER_NAME:-}",
      description =
          "EKS cluster, for Karpenter; without it no nodes are planned (default:"
              + " $$HEADROOM_CLUSTER_NAME).")
  private String clusterName = "";

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = "${env:POD_NAMESPACE:-" + Installation.DEFAULT_NAMESPACE + "}",
      description = "Where its own Service is (default: $$POD_NAMESPACE).")
  private String namespace = Installation.DEFAULT_NAMESPACE;

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to bind (default: ${DEFAULT-VALUE}).")
  private String address = "127.0.0.1";

  @Option(
      names = "--metrics-api",
      paramLabel = "PORT",
      defaultValue = "8443",
      description =
          "Port of external.metrics.k8s.io; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int metricsApi = 8443;

  @Option(
      names = "--admin",
      paramLabel = "PORT",
      defaultValue = "9800",
      description = "Admin port; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int admin = 9800;

  @Override
  public Integer call() {
    OperatorSettings settings = new OperatorSettings(image, redisImage, clusterName, namespace);
    return Foreground.run(
        () -> {
          try (Lifecycle lifecycle = new Lifecycle()) {
            ClusterConnection cluster = lifecycle.add(ClusterConnection.open());
            ClusterMetricsApi metrics =
                lifecycle.add(
                    ClusterMetricsApi.start(
                        cluster, new InetSocketAddress(address, metricsApi), namespace));
            lifecycle.add(Operator.start(cluster, settings, TimeSource.system()));
            AdminServer server =
                lifecycle.add(
                    AdminServer.start(
                        new InetSocketAddress(address, admin), lifecycle::components));
            System.err.printf(
                "operator of %s; metrics API on %d, admin on %d%n",
                cluster.address(), metrics.port(), server.port());
            Thread.sleep(Long.MAX_VALUE);
            return 0;
          }
        });
  }
}

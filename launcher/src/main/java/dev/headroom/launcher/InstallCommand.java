package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.operator.Installation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headroom install}. */
@Command(
    name = "install",
    description = "Install the operator into a Kubernetes cluster, or print what that takes.",
    footer = {
      "",
      "Examples:",
      "  headroom install --print > headroom.yaml",
      "  headroom install --print --image registry.acme.example/headroom:0.1.0 | kubectl diff -f -",
    })
final class InstallCommand implements Callable<Integer> {
  @Option(names = "--print", description = "Print the objects as YAML; touch no cluster.")
  private boolean print;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = Installation.DEFAULT_NAMESPACE,
      description = "Where the operator runs (default: ${DEFAULT-VALUE}).")
  private String namespace = Installation.DEFAULT_NAMESPACE;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      defaultValue = "headroom:0.1.0",
      description =
          "The image of Headroom, where your cluster can pull it (default: ${DEFAULT-VALUE}).")
  private String image = "headroom:0.1.0";

  @Option(
      names = "--cluster-name",
      paramLabel = "NAME",
      description = "Name of the EKS cluster, for Karpenter's node classes.")
  private String clusterName = "";

  @Option(
      names = "--metrics-api",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Serve external.metrics.k8s.io, of which a cluster has one (default: ${DEFAULT-VALUE}).")
  private boolean metricsApi = true;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Installation installation = new Installation(namespace, image, clusterName, metricsApi);
    if (!print) {
      throw UserError.usage("only --print in this version (expected: --print); pipe it to kubectl");
    }
    spec.commandLine().getOut().print(installation.print());
    return 0;
  }
}

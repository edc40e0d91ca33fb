package dev.headroom.launcher;

import dev.headroom.operator.ClusterConnection;
import dev.headroom.operator.Installation;
import dev.headroom.operator.Installer;
import java.io.PrintWriter;
import java.util.List;
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
      "Everything is tried as a dry run first; nothing changes when the cluster would refuse a"
          + " part.",
      "",
      "Examples:",
      "  headroom install --image registry.acme.example/headroom:0.1.0 --dry-run",
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

  @Option(names = "--dry-run", description = "Only ask the cluster what it would do.")
  private boolean dryRun;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Installation installation = new Installation(namespace, image, clusterName, metricsApi);
    PrintWriter out = spec.commandLine().getOut();
    if (print) {
      out.print(installation.print());
      return 0;
    }
    try (ClusterConnection cluster = ClusterConnection.open()) {
      Installer installer = new Installer(cluster);
      List<Installer.Step> wanted = installer.dryRun(installation);
      if (dryRun) {
        wanted.forEach(step -> out.println(step + " (dry run)"));
        return 0;
      }
      installer.apply(
          installation,
          step -> {
            out.println(step);
            out.flush();
          });
      out.printf(
          "kubectl -n %s rollout status deployment/headroom-operator tells when it runs; then%n"
              + "kubectl apply -f app.yaml%n",
          namespace);
      return 0;
    }
  }
}

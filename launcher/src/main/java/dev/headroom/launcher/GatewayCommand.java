package dev.headroom.launcher;

import dev.headroom.base.Lifecycle;
import dev.headroom.base.TimeSource;
import dev.headroom.gateway.Gateway;
import dev.headroom.signals.OpenMetrics;
import dev.headroom.signals.OtlpExporter;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headroom gateway}. */
@Command(
    name = "gateway",
    description = "Run the gateway alone, in front of services that the document gives endpoints.",
    footer = {"", "Example:", "  headroom gateway -f app.yaml --telemetry http://10.0.0.9:4318"})
final class GatewayCommand implements Callable<Integer> {
  @Mixin private final RoleOptions options = new RoleOptions();

  @Option(
      names = "--discover",
      paramLabel = "NAMESPACE",
      description =
          "On Kubernetes: the replicas of a service are the ready pods of Service APP-SERVICE.")
  private String discover = "";

  @Override
  public Integer call() {
    ScaledApp app = options.document();
    TimeSource time = TimeSource.system();
    return Foreground.run(
        () -> {
          try (Lifecycle lifecycle = new Lifecycle()) {
            OtlpExporter exporter = lifecycle.add(options.exporter(app, time));
            Secrets secrets = new Secrets(System.getenv(), Path.of(".headroom", app.name()));
            Gateway.Options given = Gateway.Options.defaults().withSecrets(secrets::resolve);
            List<String> redis =
                app.redis().nodes().stream()
                    .map(node -> secrets.resolve("spec.redis.nodes", node))
                    .toList();
            if (!redis.isEmpty() && app.gateway().cacheStore().redis()) {
              given = given.withShared(lifecycle.add(RedisResponseCache.start(redis)));
            }
            OpenMetrics metrics = new OpenMetrics(time);
            Gateway gateway = lifecycle.add(Gateway.start(app, exporter.and(metrics), time, given));
            if (!discover.isEmpty()) {
              ClusterAddresses.tell(gateway, app, discover, lifecycle);
            }
            return options.serve(
                app,
                lifecycle,
                "gateway on http:/" + gateway.address(),
                new GatewayAdmin(gateway, metrics, () -> app).handlers());
          }
        });
  }
}

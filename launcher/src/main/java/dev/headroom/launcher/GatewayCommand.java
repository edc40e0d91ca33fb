package dev.headroom.launcher;

import dev.headroom.base.Lifecycle;
import dev.headroom.base.TimeSource;
import dev.headroom.gateway.Gateway;
import dev.headroom.signals.OtlpExporter;
import dev.headroom.spec.ScaledApp;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headroom gateway}. */
@Command(
    name = "gateway",
    description = "Run the gateway alone, in front of services that the document gives endpoints.",
    footer = {"", "Example:", "  headroom gateway -f app.yaml --telemetry http://10.0.0.9:4318"})
final class GatewayCommand implements Callable<Integer> {
  @Mixin private final RoleOptions options = new RoleOptions();

  @Override
  public Integer call() {
    ScaledApp app = options.document();
    TimeSource time = TimeSource.system();
    return Foreground.run(
        () -> {
          try (Lifecycle lifecycle = new Lifecycle()) {
            OtlpExporter exporter = lifecycle.add(options.exporter(app, time));
            Gateway gateway = lifecycle.add(Gateway.start(app, exporter, time));
            return options.serve(app, lifecycle, "gateway on http:/" + gateway.address());
          }
        });
  }
}

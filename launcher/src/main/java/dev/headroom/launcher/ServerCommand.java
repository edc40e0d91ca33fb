package dev.headroom.launcher;

import dev.headroom.apm.Alerts;
import dev.headroom.apm.Ingest;
import dev.headroom.apm.TelemetryStore;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Lifecycle;
import dev.headroom.base.TimeSource;
import dev.headroom.console.Actions;
import dev.headroom.console.Console;
import dev.headroom.engines.StateFolder;
import dev.headroom.operator.MetricsApi;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headroom server}. */
@Command(
    name = "server",
    description =
        "Run the server role: takes telemetry in, keeps it, shows it in the console, tells of"
            + " alerts.",
    footer = {"", "Example:", "  headroom server -f app.yaml --state /var/lib/headroom"})
final class ServerCommand implements Callable<Integer> {
  private static final ByteSize ROOM = ByteSize.mebibytes(256);

  @Mixin private final RoleOptions options = new RoleOptions();
  @Mixin private final StateOption state = new StateOption();
  @Mixin private final ConsoleTokenOption consoleToken = new ConsoleTokenOption();

  @Option(
      names = "--metrics-api",
      paramLabel = "PORT",
      description =
          "Answer the operator's questions for the HorizontalPodAutoscaler; 0 picks a free port.")
  private int metricsApi = -1;

  @Override
  public Integer call() {
    ScaledApp app = options.document();
    TimeSource time = TimeSource.system();
    return Foreground.run(
        () -> {
          try (StateFolder folder = StateFolder.open(state.forApp(app.name()), ROOM);
              Lifecycle lifecycle = new Lifecycle()) {
            TelemetryStore store =
                lifecycle.add(
                    TelemetryStore.open(
                        folder.directory("telemetry"), app.apm().retention(), time));
            Ingest ingest = lifecycle.add(Ingest.start(app.apm(), store));
            Console console =
                lifecycle.add(
                    Console.start(
                        ConsoleTokenOption.settings(
                            app, consoleToken.given(), new Secrets(System.getenv(), folder.path())),
                        store,
                        app,
                        Actions.NONE,
                        time));
            lifecycle.add(
                Alerts.start(
                    app,
                    store,
                    new Secrets(System.getenv(), folder.path()),
                    Optional.of(console.uri()),
                    time,
                    new SecureRandom()));
            folder.port("otlp-grpc", ingest.grpcPort());
            folder.port("otlp-http", ingest.httpPort());
            folder.port("console", console.uri().getPort());
            if (metricsApi >= 0) {
              MetricsApi metrics =
                  lifecycle.add(
                      MetricsApi.start(
                          new InetSocketAddress(app.apm().address(), metricsApi),
                          new StoredScalingMetrics(app.name(), store, time)));
              folder.port("metrics-api", metrics.port());
            }
            return options.serve(
                app,
                lifecycle,
                "console on http://127.0.0.1:%d, OTLP on %d (gRPC) and %d (HTTP)"
                    .formatted(console.uri().getPort(), ingest.grpcPort(), ingest.httpPort()));
          }
        });
  }
}

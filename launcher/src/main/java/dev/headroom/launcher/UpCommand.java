package dev.headroom.launcher;

import dev.headroom.base.ByteSize;
import dev.headroom.engines.StateFolder;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headroom up}. */
@Command(
    name = "up",
    description = "Run your application on this machine, with everything around it.",
    footer = {
      "",
      "Starts PostgreSQL with its replicas, Redis Cluster, router, services, gateway, autoscaler"
          + " and",
      "console in this process and its children. Ctrl-C stops all of it; the data stays. A changed",
      "document is taken over while it runs; an invalid one is told, and leaves the old in force.",
      "",
      "Examples:",
      "  headroom up -f app.yaml",
      "  headroom up -f app.yaml -f laptop.yaml --state ./state"
    })
final class UpCommand implements Callable<Integer> {
  private static final ByteSize ROOM = ByteSize.mebibytes(1024);

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description = "The document; later files are laid over earlier ones.")
  private List<Path> files = List.of();

  @Mixin private final StateOption state = new StateOption();
  @Mixin private final ConsoleTokenOption consoleToken = new ConsoleTokenOption();

  @Override
  public Integer call() {
    ScaledApp app = Documents.load(files);
    Steps steps = Steps.onStandardError();
    return Foreground.run(
        () -> {
          try (StateFolder folder = StateFolder.open(state.forApp(app.name()), ROOM);
              LocalApplication application =
                  new LocalApplication(
                      app,
                      folder,
                      LocalSettings.forUp(Path.of("").toAbsolutePath(), consoleToken.given()),
                      steps)) {
            steps.say(
                Welcome.of(
                    app, application, "Ctrl-C stops it; the data stays in " + folder.path()));
            new DocumentWatch(files, application::apply).run();
            return 0;
          }
        });
  }
}

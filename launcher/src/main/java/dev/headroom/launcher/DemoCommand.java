package dev.headroom.launcher;

import dev.headroom.base.ByteSize;
import dev.headroom.engines.StateFolder;
import dev.headroom.spec.ScaledApp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headroom demo}. */
@Command(
    name = "demo",
    description = "Run everything on this machine, with a sample application and live traffic.",
    footer = {
      "",
      "The application is an issue tracker with realistic faults (demo/faults.yaml). PostgreSQL,"
          + " Redis,",
      "traffic and figures are real; nodes are simulated; some waits of the application are"
          + " emulated.",
      "The users come one after the other in the first 20 seconds.",
      "PostgreSQL runs without fsync. Four replicas at most are added in 15 seconds; scaling down",
      "waits one minute instead of five.",
      "",
      "Examples:",
      "  headroom demo",
      "  headroom demo --for 60s --report out.json",
      "  headroom demo --users 5000 --spike 60s:15000:120s",
      "  headroom demo --faults none -f overlay.yaml"
    })
final class DemoCommand implements Callable<Integer> {
  /** How many users the small data has. */
  private static final String SMALL_ACCOUNTS = "250";

  /** New replicas are slow for their first requests; so many at once would find only new ones. */
  private static final String ARRIVAL = "20s";

  private static final ByteSize ROOM = ByteSize.mebibytes(4096);

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Laid over the sample application's document.")
  private List<Path> overlays = List.of();

  @Mixin private final StateOption state = new StateOption();

  @Option(
      names = "--users",
      paramLabel = "N",
      description = "Active users, a request a minute each (default: ${DEFAULT-VALUE}).")
  private int users = 5000;

  @Option(
      names = "--spike",
      paramLabel = "AT:USERS:FOR",
      description = "More users for a while, for example 60s:15000:120s; may be repeated.")
  private List<String> spikes = List.of();

  @Option(
      names = "--day",
      paramLabel = "DURATION",
      description = "A daily curve up to --peak in compressed time, for example 20m.")
  private @Nullable String day;

  @Option(
      names = "--peak",
      paramLabel = "N",
      description = "Active users at the height of the day (default: ${DEFAULT-VALUE}).")
  private int peak = 15000;

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      description = "End by itself after so much traffic, for example 60s.")
  private @Nullable String duration;

  @Option(names = "--report", paramLabel = "FILE", description = "Write the traffic's report.")
  private @Nullable Path report;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = "Data: small, default (a million rows), large (default: ${DEFAULT-VALUE}).")
  private String size = "default";

  @Option(
      names = "--faults",
      paramLabel = "LIST",
      description = "Which faults are on: all, none, or ids (default: ${DEFAULT-VALUE}).")
  private String faults = "all";

  @Option(names = "--no-traffic", description = "No simulated users.")
  private boolean noTraffic;

  @Override
  public Integer call() {
    Path folder = state.forApp("demo");
    Steps steps = Steps.onStandardError();
    ScaledApp app = DemoDocument.in(folder).with(overlays).faults(faults).size(size).parse();
    return Foreground.run(
        () -> {
          try (StateFolder opened = StateFolder.open(folder, ROOM)) {
            DemoProgram program = DemoProgram.find();
            LocalSettings settings = LocalSettings.forDemo(program, opened.directory("work"));
            try (LocalApplication application =
                new LocalApplication(app, opened, settings, steps)) {
              steps.say(
                  Welcome.of(
                      app,
                      application,
                      "Ctrl-C stops everything; PostgreSQL runs without fsync here."));
              if (noTraffic) {
                Thread.sleep(Long.MAX_VALUE);
              }
              return traffic(program, application, opened, steps);
            }
          }
        });
  }

  private int traffic(
      DemoProgram program, LocalApplication application, StateFolder folder, Steps steps)
      throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("demo", "traffic"));
    command.add("--url");
    command.add(
        "http://%s:%d"
            .formatted(
                application.gatewayAddress().getHostString(),
                application.gatewayAddress().getPort()));
    command.addAll(List.of("--users", Integer.toString(users), "--arrive", ARRIVAL));
    if (size.equals("small")) {
      command.addAll(List.of("--accounts", SMALL_ACCOUNTS));
    }
    for (String spike : spikes) {
      command.addAll(List.of("--spike", spike));
    }
    if (day != null) {
      command.addAll(List.of("--shape", "day", "--day", day, "--peak", Integer.toString(peak)));
    }
    if (duration != null) {
      command.addAll(List.of("--for", duration));
    }
    if (report != null) {
      command.addAll(List.of("--report", report.toAbsolutePath().toString(), "--verify"));
    }
    return new TrafficProcess(program.expand(command), folder, steps).run();
  }
}

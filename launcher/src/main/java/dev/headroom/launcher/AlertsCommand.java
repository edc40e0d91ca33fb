package dev.headroom.launcher;

import dev.headroom.apm.Alerts;
import dev.headroom.apm.Alerts.TestResult;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headroom alerts}. */
@Command(
    name = "alerts",
    description = "Alerts of a document.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = AlertsCommand.Test.class)
final class AlertsCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing: test");
  }

  /** {@code headroom alerts test}. */
  @Command(
      name = "test",
      description = {
        "Send a test message to every channel of a document, once, and tell how it went.",
        "Nothing has to run. Exit status 1 when a channel did not take it."
      },
      footer = {
        "",
        "Examples:",
        "  headroom alerts test -f app.yaml",
        "  headroom alerts test -f app.yaml --channel ops",
        "  headroom alerts test -f app.yaml --dry-run    which channels and alerts there are"
      })
  static final class Test implements Callable<Integer> {
    @Option(
        names = {"-f", "--file"},
        paramLabel = "FILE",
        required = true,
        description = "The document; later files are laid over earlier ones.")
    private List<Path> files = List.of();

    @Mixin private final StateOption state = new StateOption();

    @Option(names = "--channel", paramLabel = "NAME", description = "Only this one.")
    private @Nullable String channel;

    @Option(names = "--dry-run", description = "Send nothing; say what would be sent where.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      ScaledApp app = Documents.load(files);
      if (app.channels().isEmpty()) {
        throw UserError.usage(
            "spec.channels: none (expected: at least one, for example channels: {ops: {slack: {env:"
                + " SLACK_WEBHOOK}}})");
      }
      if (channel != null && !app.channels().containsKey(channel)) {
        throw UserError.usage(
            "--channel: "
                + channel
                + " (expected: one of "
                + String.join(", ", app.channels().keySet())
                + ")");
      }
      if (dryRun) {
        return dryRun(app);
      }
      List<TestResult> results =
          Alerts.test(
              app,
              Optional.ofNullable(channel),
              new Secrets(System.getenv(), state.forApp(app.name())),
              TimeSource.system(),
              RandomGenerator.of("L64X128MixRandom"));
      print(results);
      return results.stream().allMatch(TestResult::delivered) ? 0 : 1;
    }

    private int dryRun(ScaledApp app) {
      app.channels()
          .forEach(
              (name, to) -> {
                if (channel == null || channel.equals(name)) {
                  println("%s (%s)".formatted(name, to.slack().isPresent() ? "Slack" : "webhook"));
                  app.alerts().stream()
                      .filter(alert -> alert.channel().filter(name::equals).isPresent())
                      .forEach(alert -> println("  " + alert.title()));
                }
              });
      return 0;
    }

    private void print(List<TestResult> results) {
      if (json) {
        println(
            Json.of(
                results.stream()
                    .map(
                        r ->
                            Map.of(
                                "channel",
                                r.channel(),
                                "delivered",
                                r.delivered(),
                                "reason",
                                r.reason()))
                    .toList()));
      } else {
        results.forEach(
            r ->
                println(
                    "%s: %s (%s)"
                        .formatted(
                            r.channel(),
                            r.delivered() ? "delivered" : "NOT delivered",
                            r.reason())));
      }
    }

    private void println(String line) {
      spec.commandLine().getOut().println(line);
    }
  }
}

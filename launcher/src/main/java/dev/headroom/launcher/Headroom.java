package dev.headroom.launcher;

import dev.headroom.base.UserError;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** The {@code headroom} command. */
@Command(
    name = "headroom",
    description = "The scaling architecture for SaaS teams without a platform engineer.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      GatewayCommand.class,
      RouterCommand.class,
      ServerCommand.class,
      AdviseCommand.class,
      CaseStudyCommand.class,
      OperatorCommand.class,
      InstallCommand.class,
      CheckCommand.class,
      AlertsCommand.class,
      PlanCommand.class,
      StatusCommand.class,
      StopCommand.class,
      LogsCommand.class,
      PurgeCommand.class,
      TrainCommand.class,
      WarmUpCommand.class,
    },
    footer = {
      "",
      "Examples:",
      "  headroom demo                          everything here, with a sample application and"
          + " traffic",
      "  headroom demo --for 60s --report out.json",
      "  headroom up -f app.yaml -f laptop.yaml your application, on this machine",
      "  headroom advise --url postgres://…     what is slow in a database, and what to do about"
          + " it",
      "  headroom check -f app.yaml             validate a document, print the effective one",
      "  headroom alerts test -f app.yaml       a test message to every channel",
      "  headroom plan -f app.yaml --traffic trace.csv --users 3x",
      "  headroom status | stop | logs api-1",
      "",
      "Not built yet: drill, doctor.",
      "",
      "Exit status: 0 done; 2 wrong use or an invalid document; 1 the machine; 130 Ctrl-C.",
    })
final class Headroom {

  private Headroom() {}

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    // Lettuce would say on each connection that it prefers epoll.
    System.setProperty("io.lettuce.core.iouring", "false");
    Logging.start();
    System.exit(run(args));
  }

  static int run(String... args) {
    CommandLine commandLine = commandLine();
    int status = commandLine.execute(args);
    // Commands print whole texts, not lines: nothing else flushes what is left.
    commandLine.getOut().flush();
    commandLine.getErr().flush();
    return status;
  }

  static CommandLine commandLine() {
    return new CommandLine(new Headroom())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Headroom::explain);
  }

  /* A user's mistake is its message; anything else is ours, and shows where it happened. */
  private static int explain(
      Exception thrown, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (thrown instanceof UserError error) {
      commandLine.getErr().println("headroom: " + error.getMessage());
      return error.kind().exitStatus();
    }
    commandLine
        .getErr()
        .println("headroom: an error of its own; please report it with these lines");
    thrown.printStackTrace(commandLine.getErr());
    return CommandLine.ExitCode.SOFTWARE;
  }
}

package dev.headroom.demo.traffic;

import dev.headroom.demo.traffic.load.LoadShape;
import dev.headroom.demo.traffic.load.Spike;
import dev.headroom.demo.traffic.load.TrafficClock;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads the options, checks them together, and runs. Exit status 0; 2 wrong use; 1 the machine. */
@Command(
    name = "traffic",
    sortOptions = false,
    description = {
      "Sends the sample application the traffic of many users: an open loop, in which latency"
          + " counts from when a request was due.",
      "An active user makes a request a minute: 5000 users are 83 requests/s, assets apart."
    })
final class TrafficCommand implements Callable<Integer> {
  private static final int MOST_USERS = 1_000_000;
  // The data has no more, unless it was generated with another number.
  private static final int USUAL_ACCOUNTS = 15_000;

  /** How the number of users goes on. */
  enum Shape {
    CONSTANT,
    DAY
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--url", paramLabel = "URL", description = "Where to (${DEFAULT-VALUE}).")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Option(names = "--users", paramLabel = "N", description = "Active users (${DEFAULT-VALUE}).")
  private int users = 5000;

  @Option(
      names = "--peak",
      paramLabel = "N",
      description = "Users at the height of the day or the end of the ramp (3 times --users).")
  private @Nullable Integer peak;

  @Option(
      names = "--shape",
      paramLabel = "SHAPE",
      description = "constant, or day: between --users at night and --peak (constant).")
  private Shape shape = Shape.CONSTANT;

  @Option(
      names = "--day",
      paramLabel = "TIME",
      description = "How long a day of --shape day takes (${DEFAULT-VALUE}).",
      defaultValue = "20m",
      converter = DurationConverter.class)
  private Duration day = Duration.ofMinutes(20);

  @Option(
      names = "--ramp",
      paramLabel = "TIME",
      description = "Grow from --users to --peak in this time, and stay there.",
      converter = DurationConverter.class)
  private @Nullable Duration ramp;

  @Option(
      names = "--arrive",
      paramLabel = "TIME",
      description = "The first users come one after the other in this time (all at once).",
      converter = DurationConverter.class)
  private @Nullable Duration arrive;

  @Option(
      names = "--spike",
      paramLabel = "AT:USERS:FOR",
      description = "A sudden crowd, for example 60s:15000:90s; may be given again.",
      converter = SpikeConverter.class)
  private List<Spike> spikes = new ArrayList<>();

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "End after this time (runs until it is stopped).",
      converter = DurationConverter.class)
  private @Nullable Duration lasting;

  @Option(names = "--report", paramLabel = "FILE", description = "Write all figures as JSON.")
  private @Nullable Path report;

  @Option(
      names = "--verify",
      description = "At the end, read back every acknowledged id and count those that are lost.")
  private boolean verify;

  @Option(
      names = "--control",
      paramLabel = "PORT",
      description = {
        "Listen on 127.0.0.1 (0: any port, which is printed):",
        "GET /stats; PUT /users with a number; DELETE /users to go back to the shape."
      })
  private @Nullable Integer control;

  @Option(names = "--quiet", description = "Print nothing but the control address and errors.")
  private boolean quiet;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long a user waits for an answer (${DEFAULT-VALUE}).",
      defaultValue = "10s",
      converter = DurationConverter.class)
  private Duration timeout = Duration.ofSeconds(10);

  @Option(
      names = "--assets",
      paramLabel = "SHARE",
      description = "Loads of page or assets per page view, on top (${DEFAULT-VALUE}).")
  private double assets = 0.2;

  @Option(
      names = "--accounts",
      paramLabel = "N",
      description = "Log in as users 1 to N (most users there will be, 1000 to 15000).")
  private @Nullable Integer accounts;

  @Option(
      names = "--sockets",
      paramLabel = "N",
      description = "Live connections to keep open (${DEFAULT-VALUE}).")
  private int sockets = 4;

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      description = "Arrivals beyond so many outstanding requests are errors (${DEFAULT-VALUE}).")
  private int outstanding = 4096;

  @Option(names = "--seed", paramLabel = "N", description = "Of all chance (${DEFAULT-VALUE}).")
  private long seed = 1;

  private TrafficCommand() {}

  static int run(String... args) {
    return commandLine().execute(args);
  }

  /** The options that {@code args} ask for. */
  static TrafficOptions parse(String... args) {
    CommandLine line = commandLine();
    line.parseArgs(args);
    TrafficCommand command = line.getCommand();
    return command.options();
  }

  private static CommandLine commandLine() {
    CommandSpec spec = CommandSpec.forAnnotatedObject(new TrafficCommand());
    spec.addOption(OptionSpec.builder("--help").usageHelp(true).description("Print this.").build());
    return new CommandLine(spec)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(TrafficCommand::misused)
        .setExecutionExceptionHandler(TrafficCommand::failed);
  }

  private static int misused(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    Objects.toString(e.getMessage())
        .lines()
        .forEach(problem -> line.getErr().println("traffic: " + problem));
    line.getErr().println("traffic --help tells all options");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed)
      throws Exception {
    if (e instanceof IOException || e instanceof UncheckedIOException) {
      line.getErr().println("traffic: " + e.getMessage());
      return 1;
    }
    throw e;
  }

  @Override
  public Integer call() throws IOException {
    TrafficOptions options = options();
    // Null where there is no terminal, since JDK 25 again.
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    Screen screen = new Screen(System.out, quiet, terminal);
    return StoppableRun.run(new TrafficRun(options, TrafficClock.system(), screen));
  }

  private TrafficOptions options() {
    List<String> problems = new ArrayList<>();
    int most = peak == null ? Math.clamp(users * 3L, 0, MOST_USERS) : peak;
    between(problems, "--users", users, 0, MOST_USERS);
    between(problems, "--peak", most, 0, MOST_USERS);
    between(problems, "--sockets", sockets, 0, 1000);
    between(problems, "--outstanding", outstanding, 1, 1_000_000);
    between(problems, "--assets", assets, 0, 1);
    if (control != null) {
      between(problems, "--control", control, 0, 65_535);
    }
    if (accounts != null) {
      between(problems, "--accounts", accounts, 1, MOST_USERS);
    }
    positive(problems, "--day", day);
    positive(problems, "--timeout", timeout);
    if (ramp != null) {
      positive(problems, "--ramp", ramp);
    }
    if (arrive != null) {
      positive(problems, "--arrive", arrive);
    }
    if (lasting != null) {
      positive(problems, "--for", lasting);
    }
    if (ramp != null && shape == Shape.DAY) {
      problems.add("--ramp and --shape day exclude each other: leave one of them out");
    }
    if (peak != null && ramp == null && shape != Shape.DAY) {
      problems.add("--peak does nothing by itself: add --shape day or --ramp TIME");
    }
    if (!"http".equalsIgnoreCase(url.getScheme())
        || url.getHost() == null
        || !(url.getRawPath().isEmpty() || url.getRawPath().equals("/"))) {
      problems.add("--url: " + url + " (expected: http://host:port and nothing behind it)");
    }
    if (report != null && !Files.isDirectory(folder(report))) {
      problems.add("--report: there is no folder " + folder(report) + "; make it first");
    }
    if (!problems.isEmpty()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.join("\n", problems));
    }
    return new TrafficOptions(
        url,
        users,
        loadShape(most),
        Optional.ofNullable(lasting),
        seed,
        timeout,
        assets,
        accounts == null ? usualAccounts(most) : accounts,
        sockets,
        outstanding,
        Optional.ofNullable(report),
        control == null ? OptionalInt.empty() : OptionalInt.of(control),
        verify,
        quiet);
  }

  private LoadShape loadShape(int most) {
    LoadShape base;
    if (ramp != null) {
      base = new LoadShape.Ramp(users, most, ramp);
    } else {
      base =
          switch (shape) {
            case CONSTANT -> new LoadShape.Constant(users);
            case DAY -> new LoadShape.Day(users, most, day);
          };
    }
    LoadShape arriving = arrive == null ? base : new LoadShape.Arriving(base, arrive);
    return spikes.isEmpty() ? arriving : new LoadShape.Spiked(arriving, spikes);
  }

  private int usualAccounts(int peakUsers) {
    boolean reachesPeak = ramp != null || shape == Shape.DAY;
    int most = reachesPeak ? Math.max(users, peakUsers) : users;
    for (Spike spike : spikes) {
      most = Math.max(most, spike.users());
    }
    return Math.clamp(most, 1000, USUAL_ACCOUNTS);
  }

  private static Path folder(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static void between(
      List<String> problems, String option, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      problems.add(
          String.format(
              Locale.ROOT, "%s: %s (expected: %s to %s)", option, n(value), n(least), n(most)));
    }
  }

  private static void positive(List<String> problems, String option, Duration value) {
    if (!value.isPositive()) {
      problems.add(option + ": 0 (expected: a longer time)");
    }
  }

  private static String n(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }
}

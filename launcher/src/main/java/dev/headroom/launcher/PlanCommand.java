package dev.headroom.launcher;

import dev.headroom.autoscaler.CapacityPlan;
import dev.headroom.autoscaler.PlanAssumptions;
import dev.headroom.autoscaler.TrafficTrace;
import dev.headroom.base.Durations;
import dev.headroom.base.Rate;
import dev.headroom.base.UserError;
import dev.headroom.spec.Documents;
import dev.headroom.spec.ScaledApp;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headroom plan}. */
@Command(
    name = "plan",
    description = "Will it hold, and what will it cost? Replays traffic through the autoscaler.",
    footer = {
      "",
      "The decisions are the autoscaler's own, in simulated time: replicas, nodes, when and why.",
      "Response times, CPU and spot prices are modelled; on-demand prices are list prices. The",
      "database, caches and the network are not in the model: --latency is what they add up to.",
      "",
      "A trace has a time and a number in each line (2026-01-01T00:00:00Z,120 or seconds since",
      "1970): requests per second, or, with --peak, anything that has the shape of the traffic.",
      "",
      "Examples:",
      "  headroom plan -f app.yaml --traffic trace.csv --users 3x",
      "  headroom plan -f app.yaml --traffic cpu.csv --peak 250/s --cpu 12ms --latency 90ms",
      "  headroom plan -f app.yaml --traffic trace.csv --json > plan.json"
    })
final class PlanCommand implements Callable<Integer> {
  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description = "The document; later files are laid over earlier ones.")
  private List<Path> files = List.of();

  @Option(
      names = "--traffic",
      paramLabel = "FILE",
      required = true,
      description = "The trace: time,value in each line.")
  private Path traffic = Path.of("");

  @Option(
      names = "--users",
      paramLabel = "FACTOR",
      description = "So many times the users of the trace (default: ${DEFAULT-VALUE}).")
  private String users = "1x";

  @Option(
      names = "--peak",
      paramLabel = "RATE",
      description = "The trace's highest value stands for this, for example 250/s.")
  private @Nullable String peak;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description = "Who serves it (default: the only service with a port).")
  private @Nullable String service;

  @Option(
      names = "--cpu",
      paramLabel = "DURATION",
      description = "CPU time of a request (default, assumed: ${DEFAULT-VALUE}).")
  private String cpu = "10ms";

  @Option(
      names = "--latency",
      paramLabel = "DURATION",
      description = "P95 while there is room enough (default, assumed: ${DEFAULT-VALUE}).")
  private String latency = "100ms";

  @Option(
      names = "--startup",
      paramLabel = "DURATION",
      description = "Until another replica serves (default, assumed: ${DEFAULT-VALUE}).")
  private String startup = "30s";

  @Option(names = "--json", description = "Print JSON: every step.")
  private boolean json;

  /* Held here: the log manager forgets loggers that nobody holds. */
  private final Logger decisions = Logger.getLogger("dev.headroom.autoscaler");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    ScaledApp app = Documents.load(files);
    PlanAssumptions assumptions =
        new PlanAssumptions(
            duration("--cpu", cpu),
            duration("--latency", latency),
            duration("--startup", startup),
            LocalSettings.forUp(Path.of(""), Optional.empty()).scaling());
    TrafficTrace trace = trace();
    Steps steps = Steps.onStandardError();
    // Thousands of decisions, each of which would tell itself.
    decisions.setLevel(Level.WARNING);
    CapacityPlan plan =
        CapacityPlan.of(
            app,
            service == null ? onlyServer(app) : service,
            trace,
            assumptions,
            share -> steps.progress("replaying the traffic: %.0f %%".formatted(share * 100)));
    steps.endProgress();
    PrintWriter out = spec.commandLine().getOut();
    PlanReport report = new PlanReport(plan, assumptions);
    if (json) {
      out.println(Json.of(report.toMap()));
    } else {
      out.print(report.text());
    }
    return 0;
  }

  private static String onlyServer(ScaledApp app) {
    List<String> servers = CapacityPlan.servers(app);
    if (servers.size() != 1) {
      throw UserError.usage(
          "--service: missing (expected: which of %s serves the traffic)".formatted(servers));
    }
    return servers.getFirst();
  }

  private TrafficTrace trace() {
    TrafficTrace trace;
    try {
      trace =
          TrafficTrace.parse(traffic.toString(), Files.readString(traffic, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw UserError.usage(traffic + ": cannot be read (expected: a trace): " + e.getMessage());
    }
    if (peak != null) {
      Rate rate =
          Rate.parse(peak)
              .orElseThrow(
                  () ->
                      UserError.usage(
                          "--peak: " + peak + " (expected: a rate, for example 250/s)"));
      trace = trace.withPeak(rate.count() * 1e9 / rate.period().toNanos());
    }
    return trace.times(factor());
  }

  private double factor() {
    if (!users.matches("\\d{1,6}(\\.\\d{1,3})?x")) {
      throw UserError.usage("--users: " + users + " (expected: a factor, for example 3x)");
    }
    return Double.parseDouble(users.substring(0, users.length() - 1));
  }

  private static Duration duration(String option, String text) {
    return Durations.parse(text)
        .filter(Duration::isPositive)
        .orElseThrow(
            () ->
                UserError.usage(
                    option + ": " + text + " (expected: a duration, for example 12ms)"));
  }
}

package dev.headroom.launcher;

import dev.headroom.engines.RunState;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headroom status}. */
@Command(
    name = "status",
    description = "Show what runs here: processes, ports, health, nodes and their cost.",
    footer = {"", "Example:", "  headroom status --json"})
final class StatusCommand implements Callable<Integer> {
  @Mixin private final StateOption state = new StateOption();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Map<Path, RunState> runs = state.runs();
    if (json) {
      out.println(
          Json.of(runs.entrySet().stream().map(e -> asJson(e.getKey(), e.getValue())).toList()));
      return 0;
    }
    if (runs.isEmpty()) {
      out.println("nothing runs");
    }
    runs.forEach((folder, run) -> print(out, folder, run));
    return 0;
  }

  private static void print(PrintWriter out, Path folder, RunState run) {
    out.printf(
        "%s  pid %d, %s%n",
        folder,
        run.owner().pid(),
        run.owner().alive()
            ? "up for " + upTime(run.owner().startedAt())
            : "was killed; its children end at the next start, or by `headroom stop`");
    new TreeMap<>(run.ports())
        .forEach((name, port) -> out.printf("  %-12s 127.0.0.1:%d%n", name, port));
    if (run.owner().alive() && run.ports().containsKey("admin")) {
      out.printf("%n%s%n", readiness(run.ports().get("admin")).indent(2).stripTrailing());
    }
    out.printf("%n  %-24s %8s  %-6s %s%n", "process", "pid", "state", "ports");
    for (RunState.Member child : run.children()) {
      out.printf(
          "  %-24s %8d  %-6s %s%n",
          child.name(),
          child.pid(),
          child.alive() ? "alive" : "gone",
          child.ports().isEmpty() ? "" : child.ports().toString().replaceAll("[\\[\\]]", ""));
    }
    nodes(run).ifPresent(nodes -> out.printf("%n%s", nodes.text()));
  }

  private static Optional<NodeStatus> nodes(RunState run) {
    Integer console = run.ports().get("console");
    return run.owner().alive() && console != null
        ? NodeStatus.of(console).filter(nodes -> !nodes.nodes().isEmpty())
        : Optional.empty();
  }

  private static String upTime(Instant since) {
    Duration up = Duration.between(since, Instant.now());
    return "%d:%02d:%02d".formatted(up.toHours(), up.toMinutesPart(), up.toSecondsPart());
  }

  private static String readiness(int port) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz"))
                  .timeout(Duration.ofSeconds(3))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (java.io.IOException e) {
      return "its admin port does not answer: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static Map<String, Object> asJson(Path folder, RunState run) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("state", folder.toString());
    map.put("pid", run.owner().pid());
    map.put("alive", run.owner().alive());
    map.put("startedAt", run.owner().startedAt().toString());
    map.put("ports", new TreeMap<>(run.ports()));
    map.put(
        "children",
        run.children().stream()
            .map(
                child ->
                    Map.of(
                        "name", child.name(),
                        "pid", child.pid(),
                        "alive", child.alive(),
                        "ports", child.ports()))
            .toList());
    nodes(run).ifPresent(nodes -> map.put("nodes", nodes.toMap()));
    return map;
  }
}

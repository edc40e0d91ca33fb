package dev.headroom.launcher;

import dev.headroom.engines.RunState;
import dev.headroom.engines.StateFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code headroom stop}. */
@Command(
    name = "stop",
    description = "Stop what runs here, in good order, and end what a killed run left.",
    footer = {"", "Stopping what does not run is no error.", "", "Example:", "  headroom stop"})
final class StopCommand implements Callable<Integer> {
  private static final Duration BOUND = Duration.ofSeconds(90);

  @Mixin private final StateOption state = new StateOption();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Map<Path, RunState> runs = state.runs();
    if (runs.isEmpty()) {
      out.println("nothing runs");
    }
    for (Map.Entry<Path, RunState> run : runs.entrySet()) {
      out.printf("stopping %s (pid %d) …%n", run.getKey(), run.getValue().owner().pid());
      out.flush();
      StateFolder.stop(run.getKey(), BOUND);
      out.println("stopped");
    }
    return 0;
  }
}

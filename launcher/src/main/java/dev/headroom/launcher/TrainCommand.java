package dev.headroom.launcher;

import dev.headroom.base.ByteSize;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.engines.ChildProcess;
import dev.headroom.engines.ProcessSpec;
import dev.headroom.engines.StateFolder;
import dev.headroom.runtime.DatabaseCluster;
import dev.headroom.runtime.DatabaseSettings;
import dev.headroom.spec.DatabaseSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Makes the sample application's AOT cache (JEP 483, JEP 514) from a short life with a small
 * database: part of the build, so that a spike does not pay for loading classes two dozen times.
 */
@Command(name = "train-demo", hidden = true, description = "Train the sample application.")
final class TrainCommand implements Callable<Integer> {

  @Override
  public Integer call() {
    DemoProgram program = DemoProgram.find();
    Path folder = program.folder().resolve("training");
    return Foreground.run(
        () -> {
          delete(folder);
          try (StateFolder state = StateFolder.open(folder, ByteSize.mebibytes(256));
              DatabaseCluster database = database(state)) {
            Map<String, String> environment =
                Map.of("JDBC_DATABASE_URL", database.primaryAccess().jdbcUrl());
            run(state, environment, program.expand(List.of("demo", "generate", "--size", "small")));
            run(state, environment, program.training());
          }
          delete(folder);
          return 0;
        });
  }

  private static DatabaseCluster database(StateFolder state) throws InterruptedException {
    return DatabaseCluster.start(
        new DatabaseSettings(
            new DatabaseSpec(
                0, DatabaseSpec.Durability.REQUIRED, "app", "app", Optional.empty(), List.of()),
            state.directory("postgres"),
            state.directory("logs"),
            state.directory("secrets"),
            false,
            ByteSize.mebibytes(32),
            ByteSize.mebibytes(32),
            30),
        state,
        members -> {},
        telemetry -> {},
        TimeSource.system());
  }

  private static void run(StateFolder state, Map<String, String> environment, List<String> command)
      throws InterruptedException {
    ProcessSpec spec =
        ProcessSpec.of(
                "training",
                command,
                state.directory("work"),
                state.directory("logs").resolve("training.log"))
            .withEnvironment(environment);
    ChildProcess child = ChildProcess.start(spec, state);
    try {
      int status = child.onExit().get();
      if (status != 0) {
        throw UserError.machine(
            "%s ended with status %d (expected: 0):%n%s"
                .formatted(String.join(" ", command), status, String.join("\n", child.tail(10))));
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("no exit status of " + child, e);
    }
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.headroom.engines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A short-lived helper program, run to its end. */
final class Command {
  private static final Duration BOUND = Duration.ofMinutes(2);

  private Command() {}

  /**
   * How it ended.
   *
   * @param status exit status; 127 when the program is not there
   * @param output of both streams
   */
  record Result(int status, String output) {
    boolean succeeded() {
      return status == 0;
    }
  }

  static Result run(List<String> command) {
    return run(command, Map.of());
  }

  /** Runs {@code command} with PATH and {@code environment} only. */
  static Result run(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().keySet().retainAll(Set.of("PATH"));
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Result(127, String.valueOf(e.getMessage()));
    }
    Thread.startVirtualThread(() -> endAfterBound(process));
    try {
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      process.destroyForcibly();
      return new Result(126, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return new Result(130, "interrupted");
    }
  }

  private static void endAfterBound(Process process) {
    try {
      if (!process.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
  }
}

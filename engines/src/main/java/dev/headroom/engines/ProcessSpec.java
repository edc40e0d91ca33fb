package dev.headroom.engines;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How to run a child process.
 *
 * @param name what an operator calls it, for example {@code postgres replica-2}
 * @param command program and arguments
 * @param environment set for the child on top of what it inherits
 * @param inheritEnvironment whether the child sees this process's environment; if not, only PATH
 *     and what {@code environment} says
 * @param workingDirectory where it starts
 * @param logFile where its output is appended
 * @param stopSignal what asks it to end in good order
 * @param ports where it listens, for {@code status}
 * @param dataDirectory of a PostgreSQL server: all processes which work in there belong to it
 */
public record ProcessSpec(
    String name,
    List<String> command,
    Map<String, String> environment,
    boolean inheritEnvironment,
    Path workingDirectory,
    Path logFile,
    Signal stopSignal,
    List<Integer> ports,
    Optional<Path> dataDirectory) {

  public ProcessSpec {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("command of " + name + ": empty (expected: a program)");
    }
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    ports = List.copyOf(ports);
  }

  /** A child that inherits the environment and ends on SIGTERM. */
  public static ProcessSpec of(
      String name, List<String> command, Path workingDirectory, Path logFile) {
    return new ProcessSpec(
        name,
        command,
        Map.of(),
        true,
        workingDirectory,
        logFile,
        Signal.TERM,
        List.of(),
        Optional.empty());
  }

  public ProcessSpec withEnvironment(Map<String, String> value) {
    return new ProcessSpec(
        name,
        command,
        value,
        inheritEnvironment,
        workingDirectory,
        logFile,
        stopSignal,
        ports,
        dataDirectory);
  }

  public ProcessSpec withPorts(List<Integer> value) {
    return new ProcessSpec(
        name,
        command,
        environment,
        inheritEnvironment,
        workingDirectory,
        logFile,
        stopSignal,
        value,
        dataDirectory);
  }

  ProcessSpec withoutInheritedEnvironment() {
    return new ProcessSpec(
        name,
        command,
        environment,
        false,
        workingDirectory,
        logFile,
        stopSignal,
        ports,
        dataDirectory);
  }

  ProcessSpec withStopSignal(Signal value) {
    return new ProcessSpec(
        name,
        command,
        environment,
        inheritEnvironment,
        workingDirectory,
        logFile,
        value,
        ports,
        dataDirectory);
  }

  ProcessSpec withDataDirectory(Path value) {
    return new ProcessSpec(
        name,
        command,
        environment,
        inheritEnvironment,
        workingDirectory,
        logFile,
        stopSignal,
        ports,
        Optional.of(value));
  }
}

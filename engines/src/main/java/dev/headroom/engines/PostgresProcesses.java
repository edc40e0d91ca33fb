package dev.headroom.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The processes of the server in one data directory: every one of PostgreSQL's works in there,
 * whether its postmaster still lives or was killed.
 */
final class PostgresProcesses {
  private PostgresProcesses() {}

  static List<ProcessId> in(Path dataDirectory) {
    Path real = real(dataDirectory);
    return ProcessHandle.allProcesses()
        .filter(process -> worksIn(process.pid(), real))
        .flatMap(process -> ProcessId.of(process.pid()).stream())
        .toList();
  }

  /** Kills them all; false when some still lived after {@code bound}. */
  static boolean killAll(Path dataDirectory, Duration bound) throws InterruptedException {
    return Waiting.until(
        bound,
        () -> {
          List<ProcessId> left = in(dataDirectory);
          left.forEach(Signal.KILL::send);
          return left.isEmpty();
        });
  }

  private static boolean worksIn(long pid, Path dataDirectory) {
    return link(pid, "cwd").filter(dataDirectory::equals).isPresent()
        && link(pid, "exe").filter(exe -> exe.endsWith("bin/postgres")).isPresent();
  }

  private static Optional<Path> link(long pid, String name) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + pid + "/" + name)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Path real(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      return directory;
    }
  }
}

package dev.headroom.engines;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The files of one server, seen from outside; see "Database File Layout" in the manual. */
record PostgresDataDirectory(Path path, RunAs user) {
  private static final Duration ORPHANS_BOUND = Duration.ofSeconds(10);
  /* Lines of postmaster.pid, as in PostgreSQL's src/include/utils/pidfile.h, from 0. */
  private static final int PID_LINE = 0;
  private static final int STATUS_LINE = 7;

  boolean isInitialized() {
    return Files.exists(path.resolve("PG_VERSION"));
  }

  boolean isStandby() {
    return Files.exists(path.resolve("standby.signal"));
  }

  /** Takes {@code finished}, an unpublished directory beside it, as its content. */
  void replaceBy(Path finished) throws IOException {
    Trees.delete(path);
    Files.move(finished, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** An empty directory beside it, where its next content can be prepared. */
  Path unfinished(String what) throws IOException {
    Path prepared = path.resolveSibling(path.getFileName() + "." + what);
    Trees.delete(prepared);
    Files.createDirectories(path.getParent());
    Files.createDirectory(prepared, OwnerOnly.DIRECTORY);
    return prepared;
  }

  void writeConfiguration(PostgresSettings settings) {
    Path file = path.resolve(PostgresConfiguration.FILE);
    Path fresh = path.resolve(PostgresConfiguration.FILE + ".new");
    try {
      // It holds the password of replication.
      Files.deleteIfExists(fresh);
      Files.createFile(fresh, OwnerOnly.FILE);
      Files.writeString(fresh, PostgresConfiguration.of(settings));
      user.give(fresh);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw UserError.machine("Cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  void markAsStandby() {
    try {
      Path signal = path.resolve("standby.signal");
      if (!Files.exists(signal)) {
        Files.createFile(signal);
        user.give(signal);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot mark " + path + " as a standby", e);
    }
  }

  /** Ends what a killed postmaster left behind, and refuses when it still runs. */
  void clearLeftovers() throws InterruptedException {
    Optional<Long> postmaster = pidFileLine(PID_LINE).map(Long::parseLong);
    List<ProcessId> running = PostgresProcesses.in(path);
    if (postmaster.isPresent()
        && running.stream().anyMatch(process -> process.pid() == postmaster.get())) {
      throw UserError.machine(
          "%s is in use by the PostgreSQL server with pid %d; stop that one first"
              .formatted(path, postmaster.get()));
    }
    if (!PostgresProcesses.killAll(path, ORPHANS_BOUND)) {
      throw UserError.machine(
          "Processes of an ended PostgreSQL server still work in %s and cannot be killed: %s"
              .formatted(path, running));
    }
    removePidFile();
  }

  /**
   * For a directory in which no process works. PostgreSQL itself refuses to start when the pid in
   * an old file happens to belong to another process meanwhile.
   */
  void removePidFile() {
    try {
      Files.deleteIfExists(path.resolve("postmaster.pid"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove postmaster.pid from " + path, e);
    }
  }

  /** Whether the server with this pid accepts connections; a standby: read-only ones. */
  boolean isReady(long pid) {
    return pidFileLine(PID_LINE).filter(Long.toString(pid)::equals).isPresent()
        && pidFileLine(STATUS_LINE).filter("ready"::equals).isPresent();
  }

  private Optional<String> pidFileLine(int index) {
    try {
      List<String> lines = Files.readAllLines(path.resolve("postmaster.pid"));
      return lines.size() > index ? Optional.of(lines.get(index).trim()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

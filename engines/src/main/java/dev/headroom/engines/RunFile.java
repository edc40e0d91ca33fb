package dev.headroom.engines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code run.json} says: who owns the state folder, and which processes that one started.
 *
 * @param bootId of the machine's kernel: after a reboot all pids in here mean nothing
 * @param owner the process that holds the lock
 * @param ports listening ports by what listens, for example {@code console}
 * @param children in the order of their start
 */
record RunFile(String bootId, Entry owner, Map<String, Integer> ports, List<Entry> children) {
  static final String NAME = "run.json";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * A process.
   *
   * @param startedAt for people; {@code startTicks} is what counts
   */
  record Entry(
      String name,
      long pid,
      long startTicks,
      String startedAt,
      Signal stopSignal,
      List<Integer> ports,
      @Nullable String dataDirectory) {

    static Entry of(ChildProcess child) {
      return new Entry(
          child.name(),
          child.id().pid(),
          child.id().startTicks(),
          child.startedAt().toString(),
          child.spec().stopSignal(),
          child.spec().ports(),
          child.spec().dataDirectory().map(Path::toString).orElse(null));
    }

    static Entry ofThisJvm() {
      ProcessId id = ProcessId.ofThisJvm();
      return new Entry(
          "headroom",
          id.pid(),
          id.startTicks(),
          id.startedAt().toString(),
          Signal.TERM,
          List.of(),
          null);
    }

    ProcessId id() {
      return new ProcessId(pid, startTicks);
    }
  }

  /** The file of the run that owns or last owned {@code folder}; empty when it stopped cleanly. */
  static Optional<RunFile> read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), RunFile.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw UserError.machine(
          "%s is damaged (%s); end the processes of the last run by hand and delete this file"
              .formatted(file, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw UserError.machine("%s is not readable: %s".formatted(file, e.getMessage()), e);
    }
  }

  void write(Path folder) throws IOException {
    Path fresh = folder.resolve(NAME + ".new");
    Files.write(fresh, JSON.writeValueAsBytes(this));
    Files.move(fresh, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  static void delete(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(NAME));
  }

  /** Whether {@code process} of this file still runs. */
  boolean isAlive(Entry process) {
    return bootId.equals(ProcessId.bootId()) && process.id().isAlive();
  }
}

package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.engines.RunState;
import dev.headroom.engines.StateFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a run keeps everything: {@code --state}, or {@code .headroom/<app>} in this folder. */
final class StateOption {
  private static final Path DEFAULT = Path.of(".headroom");

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Folder for all data, logs and locks (default: .headroom/<name of the app>).")
  private @Nullable Path given;

  /** The folder for a run of {@code app}. */
  Path forApp(String app) {
    return given != null ? given : DEFAULT.resolve(app);
  }

  /** The runs that are meant: the given folder's, or all below the default one. */
  Map<Path, RunState> runs() {
    Map<Path, RunState> runs = new TreeMap<>();
    for (Path folder : folders()) {
      StateFolder.read(folder).ifPresent(run -> runs.put(folder, run));
    }
    return runs;
  }

  /**
   * The one run that is meant.
   *
   * @throws UserError when there is none, or more than one
   */
  Path single() {
    Map<Path, RunState> runs = runs();
    if (runs.size() == 1) {
      return runs.keySet().iterator().next();
    }
    if (runs.isEmpty()) {
      List<Path> folders = folders();
      if (folders.size() == 1) {
        return folders.getFirst();
      }
    }
    throw UserError.usage(
        runs.isEmpty()
            ? "nothing runs below %s (expected: a run; name its folder with --state)"
                .formatted(DEFAULT.toAbsolutePath())
            : "more than one run: %s (expected: one; choose it with --state)"
                .formatted(runs.keySet()));
  }

  private List<Path> folders() {
    if (given != null) {
      return List.of(given);
    }
    List<Path> folders = new ArrayList<>();
    if (Files.isDirectory(DEFAULT)) {
      try (Stream<Path> below = Files.list(DEFAULT)) {
        below.filter(Files::isDirectory).sorted().forEach(folders::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folders;
  }
}

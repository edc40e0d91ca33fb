package dev.headroom.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the files of a stopped member tell. */
record PostgresFolder(String member, Path path) {

  boolean isInitialized() {
    return Files.exists(path.resolve("PG_VERSION"));
  }

  boolean isStandby() {
    return Files.exists(path.resolve("standby.signal"));
  }

  /** The newest timeline of which it has WAL; a promotion begins a new one. */
  int timeline() {
    try (Stream<Path> files = Files.list(path.resolve("pg_wal"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("[0-9A-F]{24}"))
          .mapToInt(name -> Integer.parseUnsignedInt(name, 0, 8, 16))
          .max()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Who was the primary: of those that were none's standby, the one on the newest timeline. The
   * others are primaries that died, and whose copy was not finished.
   */
  static Optional<PostgresFolder> primaryOf(List<PostgresFolder> folders) {
    return folders.stream()
        .filter(folder -> folder.isInitialized() && !folder.isStandby())
        .max(Comparator.comparingInt(PostgresFolder::timeline));
  }
}

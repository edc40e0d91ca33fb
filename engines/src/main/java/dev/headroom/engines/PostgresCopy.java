package dev.headroom.engines;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Copies a data directory whose server may be running, leaving out what must not or need not be
 * copied: the list is the one of "Backing Up the Data Directory" in PostgreSQL's manual and of
 * {@code src/backend/backup/basebackup.c}.
 */
final class PostgresCopy extends SimpleFileVisitor<Path> {
  private static final Set<String> EMPTY_DIRECTORIES =
      Set.of(
          "pg_wal/archive_status",
          "pg_wal/summaries",
          "pg_replslot",
          "pg_dynshmem",
          "pg_notify",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans");
  private static final Set<String> OMITTED =
      Set.of(
          "postmaster.pid",
          "postmaster.opts",
          "standby.signal",
          "recovery.signal",
          "backup_label",
          "backup_label.old",
          "tablespace_map",
          "tablespace_map.old",
          "backup_manifest",
          "postgresql.auto.conf.tmp");

  private final Path from;
  private final Path to;
  private final boolean withWal;

  private PostgresCopy(Path from, Path to, boolean withWal) {
    this.from = from;
    this.to = to;
    this.withWal = withWal;
  }

  /** Of a stopped server: its WAL is part of the data. */
  static void ofStopped(Path from, Path to) throws IOException {
    Files.walkFileTree(from, new PostgresCopy(from, to, true));
  }

  /** Of a running server between pg_backup_start and pg_backup_stop: the WAL is streamed later. */
  static void ofRunning(Path from, Path to) throws IOException {
    Files.walkFileTree(from, new PostgresCopy(from, to, false));
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
      throws IOException {
    String name = from.relativize(directory).toString();
    if (directory.getFileName().toString().startsWith("pgsql_tmp")) {
      return FileVisitResult.SKIP_SUBTREE;
    }
    if (!name.isEmpty()) {
      Files.createDirectory(to.resolve(name), OwnerOnly.DIRECTORY);
    }
    return EMPTY_DIRECTORIES.contains(name)
        ? FileVisitResult.SKIP_SUBTREE
        : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Path relative = from.relativize(file);
    if (!isOmitted(relative)) {
      try {
        Files.copy(
            file,
            to.resolve(relative.toString()),
            StandardCopyOption.COPY_ATTRIBUTES,
            LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException e) {
        // Dropped meanwhile; the WAL that the copy replays says so too.
        return FileVisitResult.CONTINUE;
      }
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }

  private boolean isOmitted(Path relative) {
    String name = relative.getFileName().toString();
    return OMITTED.contains(relative.toString())
        || name.startsWith("pg_internal.init")
        || name.startsWith("pgsql_tmp")
        || name.startsWith(PostgresConfiguration.FILE)
        || (relative.startsWith("pg_wal") && !withWal);
  }
}

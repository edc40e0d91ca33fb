package dev.headroom.engines;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of PostgreSQL 18 ({@code initdb}, {@code postgres}, {@code pg_ctl}, contrib
 * modules), unpacked from the class path, and the user they run as.
 */
public final class PostgresBinaries {
  private final Path home;
  private final RunAs user;

  private PostgresBinaries(Path home, RunAs user) {
    this.home = home;
    this.user = user;
  }

  /** Unpacks into this user's cache unless that has happened before; about a second. */
  public static PostgresBinaries unpack() {
    return unpack(EngineCache.ofThisUser(), RunAs.detect());
  }

  /** Unpacks into {@code cache} unless that has happened before. */
  public static PostgresBinaries unpack(Path cache) {
    return unpack(new EngineCache(cache), RunAs.detect());
  }

  static PostgresBinaries unpack(EngineCache cache, RunAs user) {
    String resource = Architecture.ofThisMachine().postgresResource();
    return new PostgresBinaries(
        cache.unpacked("postgres", resource, PostgresBinaries::unpackTarXz), user);
  }

  Path program(String name) {
    return home.resolve("bin").resolve(name);
  }

  RunAs user() {
    return user;
  }

  /** The command line of {@code program}, run as a user that it accepts. */
  List<String> command(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program(program).toString());
    command.addAll(List.of(arguments));
    return user.command(command);
  }

  private static void unpackTarXz(InputStream packed, Path folder) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null) {
        unpackEntry(tar, entry, folder);
        entry = tar.getNextEntry();
      }
    }
  }

  private static void unpackEntry(TarArchiveInputStream tar, TarArchiveEntry entry, Path folder)
      throws IOException {
    Path target = folder.resolve(entry.getName()).normalize();
    if (!target.startsWith(folder)) {
      throw new IOException(entry.getName() + " leads out of the archive");
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, target);
    Files.setPosixFilePermissions(target, permissions(entry.getMode()));
  }

  /* The owner's bits for everybody, without writing. */
  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions =
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.OTHERS_READ);
    if ((mode & 0100) != 0) {
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
      permissions.add(PosixFilePermission.GROUP_EXECUTE);
      permissions.add(PosixFilePermission.OTHERS_EXECUTE);
    }
    return permissions;
  }
}

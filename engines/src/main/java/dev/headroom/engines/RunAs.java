package dev.headroom.engines;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As which user PostgreSQL runs, which refuses root: as ourselves, or for root in a user namespace
 * without a mapping (where root's files stay accessible although the uid reads 65534), or where
 * namespaces are forbidden, as in many containers, as nobody.
 */
enum RunAs {
  OURSELVES(""),
  USER_NAMESPACE("unshare -U"),
  NOBODY("setpriv --reuid=65534 --regid=65534 --clear-groups");

  private static final int NOBODY_ID = 65534;

  private final String prefix;

  RunAs(String prefix) {
    this.prefix = prefix;
  }

  /** What works on this machine for the user of this process. */
  static RunAs detect() {
    if (!isRoot()) {
      return OURSELVES;
    }
    for (RunAs candidate : List.of(USER_NAMESPACE, NOBODY)) {
      if (Command.run(candidate.command(List.of("true"))).succeeded()) {
        return candidate;
      }
    }
    throw UserError.machine(
        "PostgreSQL refuses to run as root, and neither `unshare -U` nor `setpriv` works here;"
            + " start Headroom as an ordinary user");
  }

  static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      throw new UncheckedIOException("/proc is needed", e);
    }
  }

  List<String> command(List<String> command) {
    if (prefix.isEmpty()) {
      return command;
    }
    List<String> whole = new ArrayList<>(List.of(prefix.split(" ")));
    whole.addAll(command);
    return whole;
  }

  /** Makes {@code tree} belong to the user that PostgreSQL runs as. */
  void give(Path tree) {
    if (this != NOBODY) {
      return;
    }
    try {
      Files.walkFileTree(tree, new GiveToNobody());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot give " + tree + " to user " + NOBODY_ID, e);
    }
  }

  /** Fails with what to do when PostgreSQL could not enter or write {@code directory}. */
  void requireAccess(Path directory) {
    if (this == OURSELVES) {
      return;
    }
    String path = directory.toString();
    if (!Command.run(command(List.of("test", "-x", path, "-a", "-w", path))).succeeded()) {
      throw UserError.machine(
          "%s cannot be entered by the user that PostgreSQL runs as, since it refuses root; choose a folder below one that everybody may enter (chmod o+x), or start Headroom as an ordinary user"
              .formatted(directory));
    }
  }

  private static final class GiveToNobody extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
        throws IOException {
      return give(dir);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      return give(file);
    }

    @Override
    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    private static FileVisitResult give(Path path) throws IOException {
      Files.setAttribute(path, "unix:uid", NOBODY_ID, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", NOBODY_ID, LinkOption.NOFOLLOW_LINKS);
      return FileVisitResult.CONTINUE;
    }
  }
}

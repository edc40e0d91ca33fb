package dev.headroom.engines;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The process that listens on a TCP port.
 *
 * @param pid its pid
 * @param command its command line
 */
record PortOwner(long pid, String command) {
  private static final String LISTEN = "0A";
  private static final int MAX_COMMAND = 120;

  /** As far as /proc shows it: other users' processes are hidden from an ordinary one. */
  static Optional<PortOwner> of(int port) {
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try {
        sockets.addAll(listening(Files.readAllLines(Path.of(table)), port));
      } catch (IOException e) {
        // A kernel without IPv6 has no such table.
      }
    }
    return sockets.isEmpty() ? Optional.empty() : holder(sockets);
  }

  /** Names of the sockets, as /proc/pid/fd links to them, from a table as in proc_net(5). */
  static Set<String> listening(List<String> table, int port) {
    Set<String> sockets = new HashSet<>();
    String suffix = ":%04X".formatted(port);
    for (String row : table) {
      String[] fields = row.trim().split("\\s+");
      if (fields.length > 9 && fields[1].endsWith(suffix) && fields[3].equals(LISTEN)) {
        sockets.add("socket:[" + fields[9] + "]");
      }
    }
    return sockets;
  }

  private static Optional<PortOwner> holder(Set<String> sockets) {
    return ProcessHandle.allProcesses()
        .filter(process -> holdsAny(process.pid(), sockets))
        .findFirst()
        .map(process -> new PortOwner(process.pid(), commandLine(process.pid())));
  }

  private static boolean holdsAny(long pid, Set<String> sockets) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : open) {
        if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Ended meanwhile, or not ours to look into.
      return false;
    }
    return false;
  }

  private static String commandLine(long pid) {
    try {
      String text =
          Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ').trim();
      return text.length() <= MAX_COMMAND ? text : text.substring(0, MAX_COMMAND) + "…";
    } catch (IOException e) {
      return "?";
    }
  }
}

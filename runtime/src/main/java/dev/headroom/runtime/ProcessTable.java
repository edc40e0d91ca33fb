package dev.headroom.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processes of this machine at one moment, so that a process can be counted together with those
 * that it started.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc.5.html">proc(5)</a>
 */
final class ProcessTable {
  private static final long KIBIBYTE = 1024;

  /**
   * One process.
   *
   * @param startTicks since the machine's boot; tells apart two that had the same pid
   * @param cpuTicks it has used, with those of its children that have ended and were waited for
   */
  record Entry(long pid, long parent, long startTicks, long cpuTicks) {}

  private final Path proc;
  private final Map<Long, Entry> entries = new HashMap<>();
  private final Map<Long, List<Entry>> children = new HashMap<>();

  private ProcessTable(Path proc) {
    this.proc = proc;
  }

  static ProcessTable read() {
    return read(Path.of("/proc"));
  }

  static ProcessTable read(Path proc) {
    ProcessTable table = new ProcessTable(proc);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : all) {
        table.entry(process).ifPresent(table::add);
      }
    } catch (IOException e) {
      // Not Linux's /proc: nothing can be told.
    }
    return table;
  }

  private void add(Entry entry) {
    entries.put(entry.pid, entry);
    children.computeIfAbsent(entry.parent, p -> new ArrayList<>()).add(entry);
  }

  /* One may end while it is read. */
  private Optional<Entry> entry(Path process) {
    String text = text(process.resolve("stat"));
    int command = text.lastIndexOf(')'); // It may itself contain spaces and ')'.
    if (command < 0) {
      return Optional.empty();
    }
    String[] fields = text.substring(command + 2).split(" ");
    long ticks = 0;
    for (int i = 11; i <= 14; i++) { // utime, stime, cutime, cstime
      ticks += Long.parseLong(fields[i]);
    }
    return Optional.of(
        new Entry(
            Long.parseLong(process.getFileName().toString()),
            Long.parseLong(fields[1]),
            Long.parseLong(fields[19]),
            ticks));
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  Optional<Entry> get(long pid) {
    return Optional.ofNullable(entries.get(pid));
  }

  /** A process and all that descend from it; empty when it is gone. */
  List<Entry> tree(long pid) {
    List<Entry> tree = new ArrayList<>();
    Deque<Entry> open = new ArrayDeque<>();
    get(pid).ifPresent(open::add);
    while (!open.isEmpty()) {
      Entry next = open.removeFirst();
      tree.add(next);
      open.addAll(children.getOrDefault(next.pid, List.of()));
    }
    return tree;
  }

  /** Clock ticks that a tree has used, of those too that have ended. */
  long cpuTicks(long pid) {
    return tree(pid).stream().mapToLong(Entry::cpuTicks).sum();
  }

  /**
   * Resident memory of a tree: what each has for itself, and what they share once. Shared buffers
   * of PostgreSQL are resident in every one of its processes; their sum would be many times what
   * there is.
   */
  long residentBytes(long pid) {
    long own = 0;
    long sharedMemory = 0;
    long files = 0;
    for (Entry entry : tree(pid)) {
      String status = text(proc.resolve(Long.toString(entry.pid)).resolve("status"));
      own += kibibytes(status, "RssAnon:");
      sharedMemory = Math.max(sharedMemory, kibibytes(status, "RssShmem:"));
      files = Math.max(files, kibibytes(status, "RssFile:"));
    }
    return (own + sharedMemory + files) * KIBIBYTE;
  }

  private static long kibibytes(String status, String name) {
    int at = status.indexOf("\n" + name);
    if (at < 0) {
      return 0; // A kernel thread, or it has just ended.
    }
    int from = at + 1 + name.length();
    int to = status.indexOf("kB", from);
    return Long.parseLong(status.substring(from, to).strip());
  }
}

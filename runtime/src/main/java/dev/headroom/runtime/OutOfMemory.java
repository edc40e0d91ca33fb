package dev.headroom.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells whether a process ended for want of memory. Killed by the kernel it leaves nothing but
 * SIGKILL, which anybody may send: the kernel's own count of such kills decides. Thread-safe.
 */
final class OutOfMemory {
  private static final int SIGKILL = 128 + 9;

  /* What runtimes write last: the JVM with ExitOnOutOfMemoryError, V8, CPython, Go, Ruby. */
  private static final Pattern LAST_WORDS =
      Pattern.compile(
          "OutOfMemoryError|JavaScript heap out of memory|\\bMemoryError\\b"
              + "|runtime: out of memory|failed to allocate memory");

  private final Path counters;
  private volatile long killsSeen;

  OutOfMemory() {
    this(Path.of("/proc/vmstat"));
  }

  /**
   * @param counters the kernel's, in the form of {@code /proc/vmstat}
   */
  OutOfMemory(Path counters) {
    this.counters = counters;
    look();
  }

  /** Notes how many kills there have been; call it about once a second. */
  void look() {
    killsSeen = kernelKills();
  }

  /** Why the process with this end ran out of memory; empty when it did not. */
  Optional<String> cause(int status, List<String> lastLines) {
    if (status == SIGKILL && kernelKills() > killsSeen) {
      return Optional.of("killed by the kernel: this machine ran out of memory");
    }
    return status == 0
        ? Optional.empty()
        : lastLines.stream()
            .filter(line -> LAST_WORDS.matcher(line).find())
            .findFirst()
            .map(line -> "it ran out of memory by itself: " + line.strip());
  }

  private long kernelKills() {
    try {
      return Files.readAllLines(counters).stream()
          .filter(line -> line.startsWith("oom_kill "))
          .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length()).trim()))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      // Not Linux's /proc: nothing can be told from a bare SIGKILL.
      return 0;
    }
  }
}

package dev.headroom.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which process is meant, for as long as the machine runs: a pid alone is given to another process
 * sooner or later, a pid and its start time are not.
 *
 * @param pid as seen by this process
 * @param startTicks clock ticks between the machine's boot and the start of the process, field 22
 *     of {@code /proc/<pid>/stat}, see proc_pid_stat(5)
 */
record ProcessId(long pid, long startTicks) {
  // Not ProcessHandle.startInstant(): that one moves whenever the wall clock is set.

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /* What /proc says of a process; one that is a zombie ('Z') has ended, only nobody asked yet. */
  private record Stat(char state, long session, long startTicks) {}

  /** The identity of the process that has {@code pid} now; empty when there is none. */
  static Optional<ProcessId> of(long pid) {
    return stat(pid)
        .filter(stat -> stat.state != 'Z' && stat.state != 'X')
        .map(stat -> new ProcessId(pid, stat.startTicks));
  }

  static ProcessId ofThisJvm() {
    long pid = ProcessHandle.current().pid();
    return of(pid)
        .orElseThrow(() -> new IllegalStateException("/proc/" + pid + " is not readable"));
  }

  /** Distinguishes this run of the machine's kernel from all others. */
  static String bootId() {
    try {
      return Files.readString(BOOT_ID).trim();
    } catch (IOException e) {
      return "unknown";
    }
  }

  boolean isAlive() {
    return of(pid).filter(this::equals).isPresent();
  }

  /** The process, provided that it is still the same. */
  Optional<ProcessHandle> handle() {
    return isAlive() ? ProcessHandle.of(pid) : Optional.empty();
  }

  /**
   * This process and all that descend from it or are left in its session, as far as they live: what
   * a child process started and did not end. A session keeps its number from being given to another
   * process for as long as it has a member.
   */
  Set<ProcessId> family() {
    Set<ProcessId> family = new LinkedHashSet<>();
    boolean givenAway = of(pid).filter(now -> !equals(now)).isPresent();
    if (givenAway) {
      return family;
    }
    if (isAlive()) {
      family.add(this);
    }
    handle()
        .ifPresent(
            handle -> handle.descendants().forEach(each -> of(each.pid()).ifPresent(family::add)));
    ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(
            other ->
                stat(other)
                    .filter(stat -> stat.session == pid && stat.startTicks >= startTicks)
                    .isPresent())
        .forEach(other -> of(other).ifPresent(family::add));
    return family;
  }

  /** When it started, by the machine's wall clock; the epoch when it is gone. */
  Instant startedAt() {
    return ProcessHandle.of(pid).flatMap(h -> h.info().startInstant()).orElse(Instant.EPOCH);
  }

  private static Optional<Stat> stat(long pid) {
    String text;
    try {
      text = Files.readString(Path.of("/proc/" + pid + "/stat"));
    } catch (IOException e) {
      return Optional.empty();
    }
    // The second field is the command in parentheses, and may itself contain spaces and ')'.
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
    return Optional.of(
        new Stat(fields[0].charAt(0), Long.parseLong(fields[3]), Long.parseLong(fields[19])));
  }
}

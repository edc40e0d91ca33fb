package dev.headroom.launcher;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Processor time of a process and all below it since a moment. What a process used that ended in
 * between is not seen.
 */
final class ProcessorTime {
  private final ProcessHandle root;
  private final long startNanos = System.nanoTime();
  private final Map<Long, Duration> start;

  private ProcessorTime(ProcessHandle root) {
    this.root = root;
    this.start = used(root);
  }

  /** From now on; of nothing when there is no such process. */
  static ProcessorTime of(long pid) {
    return new ProcessorTime(ProcessHandle.of(pid).orElseGet(ProcessHandle::current));
  }

  /** Cores in use, on average since the start. */
  double cores() {
    Duration sum = Duration.ZERO;
    for (Map.Entry<Long, Duration> now : used(root).entrySet()) {
      sum = sum.plus(now.getValue()).minus(start.getOrDefault(now.getKey(), Duration.ZERO));
    }
    return (double) sum.toNanos() / Math.max(1, System.nanoTime() - startNanos);
  }

  private static Map<Long, Duration> used(ProcessHandle root) {
    Map<Long, Duration> used = new HashMap<>();
    Stream.concat(Stream.of(root), root.descendants())
        .forEach(
            process ->
                process
                    .info()
                    .totalCpuDuration()
                    .ifPresent(duration -> used.put(process.pid(), duration)));
    return used;
  }
}

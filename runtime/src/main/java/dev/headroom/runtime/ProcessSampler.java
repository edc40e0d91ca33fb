package dev.headroom.runtime;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;

/**
 * CPU and memory of processes with all that they started ({@code npm start} itself does little),
 * and of the machine, between two samples. Not thread-safe.
 */
final class ProcessSampler {
  /* USER_HZ, which Linux keeps at 100 for programs on all machines. */
  private static final double TICKS_PER_SECOND = 100;

  /**
   * @param cores mean since the sample before
   * @param residentBytes now
   */
  record Sample(double cores, long residentBytes) {}

  private record Before(long startTicks, long cpuTicks, long nanos) {}

  private final CentralProcessor processor;
  private final long memoryBytes;
  private Map<Long, Before> before = new HashMap<>();
  private long[] ticks;

  ProcessSampler() {
    SystemInfo info = new SystemInfo();
    processor = info.getHardware().getProcessor();
    memoryBytes = info.getHardware().getMemory().getTotal();
    ticks = processor.getSystemCpuLoadTicks();
  }

  int cores() {
    return processor.getLogicalProcessorCount();
  }

  /** Of the whole machine. */
  long memoryBytes() {
    return memoryBytes;
  }

  /** Cores that the whole machine kept busy since the last call. */
  double machineCores() {
    long[] now = processor.getSystemCpuLoadTicks();
    double load = processor.getSystemCpuLoadBetweenTicks(ticks, now);
    ticks = now;
    return load * cores();
  }

  /** By pid; without those that are gone, and those that are looked at for the first time. */
  Map<Long, Sample> sample(Collection<Long> pids) {
    ProcessTable table = ProcessTable.read();
    long nanos = System.nanoTime();
    Map<Long, Before> now = new HashMap<>();
    Map<Long, Sample> samples = new HashMap<>();
    for (long pid : pids) {
      table
          .get(pid)
          .map(root -> new Before(root.startTicks(), table.cpuTicks(pid), nanos))
          .ifPresent(
              seen -> {
                now.put(pid, seen);
                Before then = before.get(pid);
                if (then != null && then.startTicks == seen.startTicks) {
                  double seconds = Math.max(1, nanos - then.nanos) / 1e9;
                  // One that was given to another parent leaves the tree with what it used.
                  double used = Math.max(0, seen.cpuTicks - then.cpuTicks) / TICKS_PER_SECOND;
                  samples.put(pid, new Sample(used / seconds, table.residentBytes(pid)));
                }
              });
    }
    before = now;
    return samples;
  }
}

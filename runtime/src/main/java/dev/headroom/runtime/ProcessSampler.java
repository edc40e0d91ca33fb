package dev.headroom.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.software.os.OSProcess;
import oshi.software.os.OperatingSystem;

/** CPU and memory of processes and of the machine, between two samples. Not thread-safe. */
final class ProcessSampler {

  /**
   * @param cores mean since the sample before
   * @param residentBytes now
   */
  record Sample(double cores, long residentBytes) {}

  private record Before(long startTime, long cpuMillis, long nanos) {}

  private final OperatingSystem system;
  private final CentralProcessor processor;
  private final Map<Long, Before> before = new HashMap<>();
  private long[] ticks;

  ProcessSampler() {
    SystemInfo info = new SystemInfo();
    system = info.getOperatingSystem();
    processor = info.getHardware().getProcessor();
    ticks = processor.getSystemCpuLoadTicks();
  }

  int cores() {
    return processor.getLogicalProcessorCount();
  }

  /** Cores that the whole machine kept busy since the last call. */
  double machineCores() {
    long[] now = processor.getSystemCpuLoadTicks();
    double load = processor.getSystemCpuLoadBetweenTicks(ticks, now);
    ticks = now;
    return load * cores();
  }

  /** Empty at the first look at a process, and when it is gone. */
  Optional<Sample> sample(long pid) {
    OSProcess process = system.getProcess((int) pid);
    if (process == null) {
      before.remove(pid);
      return Optional.empty();
    }
    long nanos = System.nanoTime();
    Before now =
        new Before(process.getStartTime(), process.getKernelTime() + process.getUserTime(), nanos);
    Before then = before.put(pid, now);
    if (then == null || then.startTime() != now.startTime()) {
      return Optional.empty();
    }
    double cores = (now.cpuMillis() - then.cpuMillis()) * 1e6 / Math.max(1, nanos - then.nanos());
    return Optional.of(new Sample(cores, process.getResidentMemory()));
  }

  /** Resident now; empty when it is gone. */
  Optional<Long> residentBytes(long pid) {
    return Optional.ofNullable(system.getProcess((int) pid)).map(OSProcess::getResidentMemory);
  }

  /** Forgets all processes but these. */
  void keepOnly(List<Long> pids) {
    before.keySet().retainAll(pids);
  }
}

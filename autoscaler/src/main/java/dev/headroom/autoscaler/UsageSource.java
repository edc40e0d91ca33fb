package dev.headroom.autoscaler;

import dev.headroom.base.ByteSize;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What replicas used, as far back as it is remembered. The launcher gives the telemetry store, so a
 * restart loses nothing.
 */
public interface UsageSource {
  /**
   * A sample per replica of {@code service} and {@code step} from {@code from} inclusive to {@code
   * to} exclusive, oldest first.
   */
  List<Sample> samples(String service, Instant from, Instant to, Duration step);

  /** Replicas of {@code service} that were killed for their memory in that time, oldest first. */
  List<MemoryKill> memoryKills(String service, Instant from, Instant to);

  /** Means over a step that ended at {@code at}. */
  record Sample(String instance, Instant at, double cpuCores, double memoryBytes) {}

  /**
   * One kill.
   *
   * @param had what the replica asked for, or was seen to use if that was more
   */
  record MemoryKill(String instance, Instant at, ByteSize had) {}
}

package dev.headroom.spec;

import dev.headroom.base.ByteSize;
import dev.headroom.base.Cpu;
import java.util.Optional;

/** What one replica asks for, is placed by, and may use at most. */
public record ResourcesSpec(
    @Setting(value = "CPU.", def = "500m", min = 1) Cpu cpu,
    @Setting(value = "Memory.", def = "512Mi", min = 1 << 20) ByteSize memory,
    @Setting(
            value = "A replica that uses more memory is killed; no limit when absent.",
            min = 1 << 20)
        Optional<ByteSize> memoryLimit,
    @Setting(
            value =
                "What is done with the sizes recommended from measured use; off only shows them.",
            def = "off")
        RightSizing rightSizing,
    @Setting("Recommended sizes are never below.") Optional<AllowedSpec> minAllowed,
    @Setting("Recommended sizes are never above.") Optional<AllowedSpec> maxAllowed) {

  /** What is done with a recommendation: the update modes of Kubernetes' VerticalPodAutoscaler. */
  public enum RightSizing {
    /** Nothing; it is shown. */
    OFF,
    /** New replicas get the recommended size. */
    INITIAL,
    /** Running replicas too: in place where their node has room, else replaced one by one. */
    AUTO
  }

  /** One bound of the recommended sizes. */
  public record AllowedSpec(
      @Setting(value = "CPU.", min = 1) Optional<Cpu> cpu,
      @Setting(value = "Memory.", min = 1 << 20) Optional<ByteSize> memory) {}

  /** These sizes, without a limit, recommendations only shown. */
  public ResourcesSpec(Cpu cpu, ByteSize memory) {
    this(cpu, memory, Optional.empty(), RightSizing.OFF, Optional.empty(), Optional.empty());
  }
}

package dev.headroom.spec;

import dev.headroom.base.Percent;
import java.time.Duration;
import java.util.List;

/** The machines that replicas are placed on; simulated on one machine. */
public record NodesSpec(
    @Setting(value = "Never fewer.", def = "1", min = 1, max = 1000) int min,
    @Setting(value = "Never more.", def = "18", min = 1, max = 1000, atLeast = "min") int max,
    @Setting(
            value = "Largest share of the nodes that is spot capacity; it may be taken away.",
            def = "0%",
            max = 100)
        Percent spot,
    @Setting(value = "EC2 instance families to choose from.", def = "m7i,c7i")
        List<String> families,
    @Setting(value = "Which nodes may be given back.", def = "when-empty-or-underutilized")
        ConsolidationPolicy consolidationPolicy,
    @Setting(
            value = "How long nothing came or went before a node is given back.",
            def = "60s",
            max = 86_400_000)
        Duration consolidateAfter) {

  /** Karpenter's {@code spec.disruption.consolidationPolicy}. */
  public enum ConsolidationPolicy {
    /** Nodes without replicas. */
    WHEN_EMPTY,
    /** Those, and nodes whose replicas fit elsewhere or on a cheaper node; they move first. */
    WHEN_EMPTY_OR_UNDERUTILIZED
  }

  public NodesSpec {
    families = List.copyOf(families);
  }

  /** With the default consolidation. */
  public NodesSpec(int min, int max, Percent spot, List<String> families) {
    this(
        min,
        max,
        spot,
        families,
        ConsolidationPolicy.WHEN_EMPTY_OR_UNDERUTILIZED,
        Duration.ofSeconds(60));
  }
}

package dev.headroom.spec;

import dev.headroom.base.Percent;
import java.util.List;

/** The machines that replicas are placed on; simulated on one machine. */
public record NodesSpec(
    @Setting(value = "Never fewer.", def = "1", min = 1, max = 1000) int min,
    @Setting(value = "Never more.", def = "18", min = 1, max = 1000, atLeast = "min") int max,
    @Setting(value = "Share that may be spot capacity.", def = "0%", notYet = true) Percent spot,
    @Setting(value = "EC2 instance families to choose from.", def = "m7i,c7i")
        List<String> families) {

  public NodesSpec {
    families = List.copyOf(families);
  }
}

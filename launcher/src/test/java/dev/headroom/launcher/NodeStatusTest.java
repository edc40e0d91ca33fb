package dev.headroom.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NodeStatusTest {
  private static final String JSON =
      """
      [{"name":"node-1","state":"ready","type":"c7i.large","zone":"us-east-1a",
        "capacityType":"on-demand","pricePerHour":0.08925,"simulated":true,
        "cpuRequested":1.5,"cpuAllocatable":1.93},
       {"name":"node-2","state":"interrupted","type":"m7i.large","zone":"us-east-1b",
        "capacityType":"spot","pricePerHour":0.04,"simulated":true}]
      """;

  @Test
  void listsNodesAndTheirCostAndSaysThatTheyAreSimulated() throws IOException {
    NodeStatus status = NodeStatus.parse(JSON);
    assertThat(status.costPerHour()).isCloseTo(0.12925, Offset.offset(1e-9));
    assertThat(status.text().lines())
        .hasSize(4)
        .anySatisfy(line -> assertThat(line).contains("node-1").contains("1.50 of 1.93"))
        .anySatisfy(line -> assertThat(line).contains("interrupted").contains("spot"))
        .last()
        .asString()
        .contains("2 nodes, 0.1293 USD/h (simulated");
    assertThat(status.toMap()).containsEntry("simulated", true);
  }

  @Test
  void nobodyThereIsNoStatus() {
    assertThat(NodeStatus.of(1)).isEmpty();
  }
}

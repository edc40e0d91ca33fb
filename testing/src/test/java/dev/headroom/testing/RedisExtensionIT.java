package dev.headroom.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisExtensionIT {
  @RegisterExtension static final RedisExtension REDIS = RedisExtension.nodes(2);

  @Test
  void nodesAreUpAndUnjoinedAndComeBackAfterAKill() throws IOException, InterruptedException {
    assertThat(REDIS.servers()).hasSize(2);
    assertThat(clusterInfo()).contains("cluster_known_nodes:1\r\n");

    REDIS.server().kill();
    REDIS.restart(0);

    assertThat(clusterInfo()).contains("cluster_known_nodes:1\r\n");
  }

  private static String clusterInfo() throws IOException {
    try (RawSocket socket = RawSocket.connect(REDIS.server().settings().port())) {
      return socket.send("CLUSTER INFO\r\n").readUntil("cluster_size:");
    }
  }
}

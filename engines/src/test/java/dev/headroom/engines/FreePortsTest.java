package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"));
  }

  @Test
  void givesEachPortOnce() {
    List<Integer> ports = new FreePorts(new Random(1)).next(200);

    assertThat(ports).doesNotHaveDuplicates().allMatch(port -> port >= 22_000 && port < 32_000);
  }

  @Test
  void redisGetsAPortWhoseBusPortIsFreeToo() throws IOException {
    int first = new FreePorts(new Random(7)).nextForRedis();
    assertThat(first).isBetween(10_000, 21_999);

    try (ServerSocket _ = listen(first + 10_000)) {
      assertThat(new FreePorts(new Random(7)).nextForRedis()).isNotEqualTo(first);
    }
  }

  @Test
  void skipsAPortInUse() throws IOException {
    int first = new FreePorts(new Random(3)).next();

    try (ServerSocket _ = listen(first)) {
      assertThat(new FreePorts(new Random(3)).next()).isNotEqualTo(first);
    }
  }

  @Test
  void namesPortPurposeAndOwner() throws IOException {
    try (ServerSocket socket = listen(0)) {
      assertThatThrownBy(() -> FreePorts.requireFree(socket.getLocalPort(), "gateway"))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(
              "Port %d for gateway is in use by pid %d (",
              socket.getLocalPort(), ProcessHandle.current().pid());
    }
  }
}

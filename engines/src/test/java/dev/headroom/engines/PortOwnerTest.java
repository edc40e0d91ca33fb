package dev.headroom.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortOwnerTest {
  private static final List<String> TABLE =
      List.of(
          "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid "
              + " timeout inode",
          "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0       "
              + " 0 4711 1 x",
          "   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0       "
              + " 0 4712 1 x",
          "   2: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0       "
              + " 0 4713 1 x");

  @Test
  void findsTheListeningSocketOnly() {
    assertThat(PortOwner.listening(TABLE, 8080)).containsExactly("socket:[4711]");
    assertThat(PortOwner.listening(TABLE, 8081)).containsExactly("socket:[4713]");
    assertThat(PortOwner.listening(TABLE, 8082)).isEmpty();
  }

  @Test
  void findsThisProcess() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      PortOwner owner = PortOwner.of(socket.getLocalPort()).orElseThrow();

      assertThat(owner.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(owner.command()).contains("java");
    }
  }
}

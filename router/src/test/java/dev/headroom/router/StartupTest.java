package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.BackendMessage;
import dev.headroom.pgwire.FrontendMessage;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever does not speak the protocol is sent away; nobody else notices. No server is needed. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StartupTest {
  private static Router router;

  @BeforeAll
  static void start() {
    router =
        Router.start(
            RouterFixture.spec(4, Duration.ofSeconds(1), Duration.ofSeconds(60)),
            List.of(),
            new DatabaseAccess("app", "app", "secret"),
            ClientAccess.APPLICATION_ONLY,
            QueryListener.NONE,
            telemetry -> {},
            TimeSource.system());
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  @Test
  void anyBytesEndInAnErrorOrInSilenceAndTheNextClientIsServed() throws IOException {
    Random random = new Random(7);
    byte[] good =
        new FrontendMessage.Startup(
                FrontendMessage.Startup.VERSION_3_0, Map.of("user", "app", "database", "app"))
            .encode();
    for (int i = 0; i < 300; i++) {
      byte[] bytes;
      if (i % 3 == 0) {
        bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
      } else {
        bytes = good.clone();
        for (int flips = random.nextInt(6); flips >= 0; flips--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      try (Socket socket = connect();
          OutputStream out = socket.getOutputStream()) {
        out.write(bytes);
        if (i % 2 == 0) {
          byte[] more = new byte[random.nextInt(64)];
          random.nextBytes(more);
          out.write(more);
        }
        socket.shutdownOutput();
        socket.getInputStream().readNBytes(1 << 16);
      } catch (IOException e) {
        // A reset: sent away while still sending.
      }
    }
    assertThat(firstAnswer(good)).isInstanceOf(BackendMessage.AuthenticationSasl.class);
  }

  @Test
  void whatIsWrongIsSaid() throws IOException {
    assertThat(error(new byte[] {0, 0, 0, 4, 0, 3, 0, 0})).contains("length 4");
    assertThat(error(new byte[] {0x7f, 0, 0, 0, 0, 3, 0, 0})).contains("expected: 8 to 10000");
    assertThat(
            error(
                new FrontendMessage.Startup(
                        FrontendMessage.Startup.VERSION_3_0,
                        Map.of("user", "app", "database", "other"))
                    .encode()))
        .contains("other")
        .contains("expected: one of [app]");
    assertThat(
            error(
                new FrontendMessage.Startup(
                        FrontendMessage.Startup.VERSION_3_0,
                        Map.of("user", "app", "database", "app", "replication", "true"))
                    .encode()))
        .contains("replication protocol");
  }

  private static String error(byte[] bytes) throws IOException {
    return ((BackendMessage.ErrorResponse) firstAnswer(bytes)).fields().toString();
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), router.address().getPort());
    socket.setSoTimeout(5000);
    return socket;
  }

  private static BackendMessage firstAnswer(byte[] bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte type = in.readByte();
      byte[] payload = in.readNBytes(in.readInt() - 4);
      return BackendMessage.decode(type, ByteBuffer.wrap(payload));
    }
  }
}

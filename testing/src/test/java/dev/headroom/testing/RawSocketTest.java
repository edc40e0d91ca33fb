package dev.headroom.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RawSocketTest {
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /* Waits for the end of what the client sends, then answers and closes. */
  private void answerAtTheEnd(String prefix) {
    Thread.startVirtualThread(
        () -> {
          try (Socket socket = server.accept()) {
            byte[] all = socket.getInputStream().readAllBytes();
            OutputStream out = socket.getOutputStream();
            out.write(prefix.getBytes(StandardCharsets.ISO_8859_1));
            out.write(all);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void readsInPieces() throws IOException {
    answerAtTheEnd("HTTP/1.1 200\r\n\r\n");
    try (RawSocket socket = RawSocket.connect(server.getLocalPort())) {
      socket.send("a\u00ffb").send((byte) 0, (byte) 1).endOfOutput();

      assertThat(socket.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 200\r\n\r\n");
      assertThat(socket.readExactly(2)).containsExactly('a', 0xff);
      assertThat(socket.readToEnd()).isEqualTo("b\0\u0001");
      assertThat(socket.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void failsWhenNothingComesShowingWhatCame() throws IOException {
    try (RawSocket socket = RawSocket.connect(server.getLocalPort(), Duration.ofMillis(100));
        Socket accepted = server.accept()) {
      accepted.getOutputStream().write('x');

      assertThatThrownBy(() -> socket.readUntil("end"))
          .isInstanceOf(AssertionError.class)
          .hasMessage("Nothing more within 100 ms after: x");
    }
  }

  @Test
  void failsWhenTheOtherSideClosesTooEarly() throws IOException {
    answerAtTheEnd("x");
    try (RawSocket socket = RawSocket.connect(server.getLocalPort())) {
      socket.endOfOutput();

      assertThatThrownBy(() -> socket.readExactly(2))
          .isInstanceOf(AssertionError.class)
          .hasMessage("Closed by the other side after: x");
    }
  }
}

package dev.headroom.demo.traffic.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpClientTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  /** Does to each connection what its turn in the script says. */
  private static final class ScriptedServer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final BlockingQueue<Socket> closed = new LinkedBlockingQueue<>();
    private final List<List<String>> script;

    /** Per connection the answers to give; after the last the connection is closed. */
    ScriptedServer(List<List<String>> script) throws IOException {
      this.script = script;
      Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      try {
        while (true) {
          Socket socket = listener.accept();
          List<String> answers = script.get(connections.getAndIncrement());
          Thread.ofVirtual().start(() -> serve(socket, answers));
        }
      } catch (IOException _) {
        // Closed.
      }
    }

    private void serve(Socket socket, List<String> answers) {
      try (socket) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        for (String answer : answers) {
          String request = in.readLine();
          int length = 0;
          for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("Content-Length: ")) {
              length = Integer.parseInt(line.substring(16));
            }
          }
          char[] body = new char[length];
          for (int i = 0; i < length; i++) {
            body[i] = (char) in.read();
          }
          requests.add(request + (length == 0 ? "" : " " + new String(body)));
          if (answer.equals("never")) {
            in.read();
            return;
          }
          socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        }
      } catch (IOException _) {
        // The client went away.
      } finally {
        closed.add(socket);
      }
    }

    URI uri() {
      return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private final HttpRequest get = HttpRequest.of("GET", "/a");
  private final HttpRequest post = HttpRequest.of("POST", "/b").withJson("{}");
  private long clockOffset;
  private List<AutoCloseable> toClose = List.of();

  @BeforeEach
  void fresh() {
    clockOffset = 0;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : toClose) {
      each.close();
    }
  }

  private long now() {
    return System.nanoTime() + clockOffset;
  }

  private long soon() {
    return now() + TimeUnit.SECONDS.toNanos(20);
  }

  private HttpClient client(ScriptedServer server) {
    HttpClient client = new HttpClient(server.uri(), this::now);
    toClose = List.of(client, server);
    return client;
  }

  @Test
  void keepsConnectionsAlive() throws IOException {
    ScriptedServer server = new ScriptedServer(List.of(List.of(OK, OK, OK)));
    HttpClient client = client(server);
    for (HttpRequest request : List.of(get, post, get)) {
      assertThat(client.send(request, soon()).status()).isEqualTo(200);
    }
    assertThat(server.connections).hasValue(1);
    assertThat(server.requests)
        .containsExactly("GET /a HTTP/1.1", "POST /b HTTP/1.1 {}", "GET /a HTTP/1.1");
  }

  @Test
  void aConnectionThatTheServerClosedWhileIdleIsNotUsed() throws Exception {
    // A POST must not be sent twice, so finding out beforehand is the only way.
    ScriptedServer server = new ScriptedServer(List.of(List.of(OK), List.of(OK)));
    HttpClient client = client(server);
    client.send(get, soon());
    assertThat(server.closed.poll(20, TimeUnit.SECONDS)).isNotNull();
    assertThat(client.send(post, soon()).status()).isEqualTo(200);
    assertThat(server.connections).hasValue(2);
  }

  @Test
  void anIdempotentRequestIsSentAgainWhenItsConnectionDiesUnderIt() throws IOException {
    // An answer of nothing: the server takes the request and closes.
    ScriptedServer server = new ScriptedServer(List.of(List.of(OK, ""), List.of(OK)));
    HttpClient client = client(server);
    client.send(get, soon());
    assertThat(client.send(get, soon()).status()).isEqualTo(200);
    assertThat(server.requests).hasSize(3);
  }

  @Test
  void anyOtherIsNot() throws IOException {
    ScriptedServer server = new ScriptedServer(List.of(List.of(OK, ""), List.of(OK)));
    HttpClient client = client(server);
    client.send(get, soon());
    assertThatThrownBy(() -> client.send(post, soon())).isInstanceOf(IOException.class);
    assertThat(server.requests).hasSize(2);
  }

  @Test
  void nothingIsSentAgainOnceAnAnswerHasBegun() throws IOException {
    ScriptedServer server = new ScriptedServer(List.of(List.of(OK, "HTTP/1.1 2"), List.of(OK)));
    HttpClient client = client(server);
    client.send(get, soon());
    assertThatThrownBy(() -> client.send(get, soon())).isInstanceOf(IOException.class);
  }

  @Test
  void aNewConnectionThatDiesIsAFailure() throws IOException {
    ScriptedServer server = new ScriptedServer(List.of(List.of(""), List.of(OK)));
    HttpClient client = client(server);
    assertThatThrownBy(() -> client.send(get, soon())).isInstanceOf(IOException.class);
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void theDeadlineHolds() throws IOException {
    ScriptedServer server =
        new ScriptedServer(List.of(List.of("never"), List.of(OK, "never"), List.of(OK)));
    HttpClient client = client(server);
    assertThatThrownBy(() -> client.send(get, now() + 50_000_000))
        .isInstanceOf(SocketTimeoutException.class);
    client.send(get, soon());
    // Nor is a request repeated that timed out on a kept connection.
    assertThatThrownBy(() -> client.send(get, now() + 50_000_000))
        .isInstanceOf(SocketTimeoutException.class);
    assertThatThrownBy(() -> client.send(get, now() - 1))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void oldConnectionsAreNotTrusted() throws IOException {
    ScriptedServer server = new ScriptedServer(List.of(List.of(OK, OK), List.of(OK)));
    HttpClient client = client(server);
    client.send(get, soon());
    clockOffset = TimeUnit.SECONDS.toNanos(5);
    client.send(get, soon());
    assertThat(server.connections).hasValue(2);
  }

  @Test
  void noConnectionIsAnIoException() throws IOException {
    URI nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = URI.create("http://127.0.0.1:" + free.getLocalPort());
    }
    try (HttpClient client = new HttpClient(nobody, this::now)) {
      assertThatThrownBy(() -> client.send(get, soon()))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(SocketTimeoutException.class);
    }
  }
}

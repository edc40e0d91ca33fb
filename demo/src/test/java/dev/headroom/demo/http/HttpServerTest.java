package dev.headroom.demo.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.testing.RawSocket;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.start("127.0.0.1", 0, HttpServerTest::echo, Optional.empty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Reply echo(Request request) {
    return switch (request.path()) {
      case "/bad" -> throw new IllegalStateException("broken");
      case "/none" -> Reply.empty(204);
      case "/last" -> Reply.text(200, "bye").with("Connection", "close");
      default ->
          Reply.text(
              200,
              request.method()
                  + " "
                  + request.path()
                  + " "
                  + request.query("q").orElse("")
                  + new String(request.body(), StandardCharsets.UTF_8));
    };
  }

  private String talk(String... parts) throws IOException {
    try (RawSocket socket = RawSocket.connect(server.port())) {
      for (String part : parts) {
        socket.send(part);
      }
      return socket.readToEnd();
    }
  }

  @Test
  void readsABodyThatComesLater() throws IOException {
    try (RawSocket socket = RawSocket.connect(server.port())) {
      socket.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
      socket.send("he");
      socket.send("llo");
      assertThat(socket.readUntil("hello")).startsWith("HTTP/1.1 200 OK");
      socket.send("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      socket.send("2\r\nhi\r\n0\r\n\r\n");
      assertThat(socket.readUntil("POST /b hi")).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void answersPipelinedRequestsInTurn() throws IOException {
    StringBuilder requests = new StringBuilder();
    StringBuilder answers = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      requests.append("GET /").append(i).append("?q=a%20b HTTP/1.1\r\nHost: x\r\n\r\n");
      answers.append("GET /").append(i).append(" a b");
    }
    String all = talk(requests.toString(), "GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(all.replaceAll("(?s)HTTP/1.1 200 OK\r\n.*?\r\n\r\n", "")).isEqualTo(answers + "bye");
  }

  @Test
  void aFailureIsA500AndTheConnectionGoesOn() throws IOException {
    assertThat(
            talk("GET /bad HTTP/1.1\r\nHost: x\r\n\r\n", "GET /last HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 500 Internal Server Error")
        .endsWith("bye");
  }

  @Test
  void sendsNoBodyWhereThereIsNone() throws IOException {
    assertThat(
            talk(
                "GET /none HTTP/1.1\r\nHost: x\r\n\r\n",
                "HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /last HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains("204 No Content\r\n\r\nHTTP/1.1 200 OK")
        .contains("content-length: 8\r\n\r\nHTTP/1.1 200 OK");
  }

  @Test
  void refusesWhatIsMalformedOrTooLarge() throws IOException {
    assertThat(talk("GET / HTTP/9.9.9\r\n\r\n")).startsWith("HTTP/1.1 400");
    try (RawSocket socket = RawSocket.connect(server.port())) {
      socket.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n");
      assertThat(socket.readUntil("\r\n")).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void aBusyPortIsNamed() {
    assertThatThrownBy(
            () ->
                HttpServer.start(
                    "127.0.0.1", server.port(), HttpServerTest::echo, Optional.empty()))
        .isInstanceOf(BindException.class)
        .hasMessage("127.0.0.1:" + server.port() + " cannot be listened on");
  }
}

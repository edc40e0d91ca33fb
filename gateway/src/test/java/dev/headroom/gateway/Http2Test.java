package dev.headroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.base.TimeSource;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 in front, HTTP/1.1 behind, frame by frame. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // HTTP has CRLF, text blocks have LF.
class Http2Test {
  private static final int PROTOCOL_ERROR = 1;
  private static final int INTERNAL_ERROR = 2;
  private static final int ENHANCE_YOUR_CALM = 11;

  private final TestGateways gateways = new TestGateways();
  private final List<RawHttp2Client> clients = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (RawHttp2Client client : clients) {
      client.close();
    }
    gateways.close();
  }

  private RawHttp2Client client(RawUpstream upstream) throws IOException {
    Gateway gateway = gateways.start("balance: round-robin", TimeSource.system(), upstream);
    RawHttp2Client client = new RawHttp2Client(gateway.address());
    clients.add(client);
    return client;
  }

  private static String text(RawUpstream.Request request, int length) throws IOException {
    return new String(request.readBody(length), StandardCharsets.ISO_8859_1);
  }

  @Test
  void a_request_is_forwarded_as_http_1_1_and_its_answer_comes_back() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request ->
                request.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-One: 1\r\nConnection: X-Two\r\n"
                        + "X-Two: 2\r\n\r\nfine"));
    RawHttp2Client client = client(upstream);
    client.request(1, "GET", "/a?b=c", true, "cookie", "a=1", "cookie", "b=2", "x-own", "yes");
    RawHttp2Client.Response response = client.read(1);
    assertThat(response.status).isEqualTo(200);
    assertThat(response.body.toString()).isEqualTo("fine");
    assertThat(response.fields).containsEntry("x-one", "1").doesNotContainKey("x-two");
    assertThat(upstream.heads.peek())
        .startsWith("GET /a?b=c HTTP/1.1\r\n")
        .contains("host: a.example\r\n", "cookie: a=1; b=2\r\n", "x-own: yes\r\n", "traceparent: ");
    assertThat(client.request(3, "GET", "/", true).read(3).status).isEqualTo(200);
    assertThat(upstream.connections).as("kept for the next").hasValue(1);
  }

  @Test
  void bodies_go_both_ways() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              if (request.has("Transfer-Encoding: chunked")) {
                request.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                String chunks = text(request, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".length());
                request.send(
                    "14\r\n" + chunks.replace("\r\n", ".").substring(0, 14) + "......\r\n");
                request.send("0\r\ngrpc-status: 0\r\n\r\n");
              } else {
                request.ok(text(request, 5));
              }
            });
    RawHttp2Client client = client(upstream);
    client.request(1, "POST", "/", false).data(1, false, "abc").data(1, true, "de");
    RawHttp2Client.Response chunked = client.read(1);
    assertThat(chunked.body.toString()).startsWith("3.abc.2.de.0..");
    assertThat(chunked.trailers).containsEntry("grpc-status", "0");
    client.request(3, "POST", "/", false, "content-length", "5").data(3, false, "abc");
    client.data(3, true, "de");
    assertThat(client.read(3).body.toString()).isEqualTo("abcde");
  }

  /** Its end was forgotten when it came before the connection to the replica was there. */
  @Test
  void a_body_that_is_empty_after_all_is_ended_at_the_replica() throws Exception {
    RawUpstream upstream = gateways.upstream(request -> request.ok(text(request, 5)));
    RawHttp2Client client = client(upstream);
    client.request(1, "POST", "/", false).data(1, true, "");
    assertThat(client.read(1).body.toString()).isEqualTo("0\r\n\r\n");
    client.request(3, "POST", "/", false).data(3, true, "");
    assertThat(client.read(3).status).isEqualTo(200);
    assertThat(upstream.connections).as("kept for the next").hasValue(1);
  }

  @Test
  void a_large_answer_comes_whole_through_small_windows() throws Exception {
    String large = "0123456789abcdef".repeat(64 * 1024);
    RawHttp2Client client = client(gateways.upstream(request -> request.ok(large)));
    assertThat(client.request(1, "GET", "/", true).read(1).body.toString()).isEqualTo(large);
  }

  @Test
  void a_slow_request_does_not_hold_up_the_next() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              if (request.line().contains("/slow")) {
                try {
                  assertThat(slow.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
              request.ok("fine");
            });
    RawHttp2Client client = client(upstream);
    client.request(1, "GET", "/slow", true).request(3, "GET", "/fast", true);
    assertThat(client.read(3).body.toString()).isEqualTo("fine");
    slow.countDown();
    assertThat(client.read(1).body.toString()).isEqualTo("fine");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-a|b\r\nx-c: d",
        "x-a|b\nGET / HTTP/1.1",
        "x-a|b\0c",
        "X-Upper|a",
        "x a|b",
        "x:a|b",
        "|b",
        "connection|close",
        "transfer-encoding|chunked",
        "upgrade|websocket",
        "te|gzip",
        "host|b.example",
        ":path|/other",
        ":status|200",
        "content-length|5",
      })
  void what_would_mean_something_else_in_http_1_1_is_reset(String field) throws Exception {
    RawUpstream upstream = gateways.upstream(request -> request.ok("fine"));
    RawHttp2Client client = client(upstream);
    String[] parts = field.split("\\|", 2);
    client.request(1, "GET", "/", true, parts[0], parts[1]);
    assertThat(errorOf(client)).isEqualTo(PROTOCOL_ERROR);
    assertThat(upstream.requests).hasValue(0);
  }

  /* Of the stream or, as the codec may choose, of the connection. */
  private static int errorOf(RawHttp2Client client) throws IOException {
    while (true) {
      RawHttp2Client.Frame frame = client.readFrame();
      if (frame.type() == RawHttp2Client.RST_STREAM || frame.type() == RawHttp2Client.GOAWAY) {
        return frame.error();
      }
      assertThat(frame.type()).as("an answer").isNotEqualTo(RawHttp2Client.HEADERS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5|abc", "2|abc"})
  void content_that_differs_from_its_length_is_reset(String lengthAndContent) throws Exception {
    RawUpstream upstream = gateways.upstream(request -> request.ok(text(request, 5)));
    RawHttp2Client client = client(upstream);
    String[] parts = lengthAndContent.split("\\|");
    client.request(1, "POST", "/", false, "content-length", parts[0]).data(1, true, parts[1]);
    assertThat(errorOf(client)).isEqualTo(PROTOCOL_ERROR);
  }

  @Test
  void what_the_strict_parser_refuses_is_refused() throws Exception {
    RawUpstream upstream = gateways.upstream(request -> request.ok("fine"));
    RawHttp2Client client = client(upstream);
    assertThat(client.request(1, "GET", "/a/../b", true).read(1).status).isEqualTo(400);
    assertThat(client.request(3, "GET", "/%2e%2e/b", true).read(3).status).isEqualTo(400);
    client.request(5, "POST", "/", false, "content_length", "3").data(5, true, "abc");
    assertThat(client.read(5).status).isEqualTo(400);
    assertThat(upstream.requests).hasValue(0);
  }

  @Test
  void a_cut_answer_is_a_reset() throws Exception {
    RawHttp2Client client =
        client(
            gateways.upstream(
                request -> {
                  request.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
                  throw new IOException("cut");
                }));
    RawHttp2Client.Response response = client.request(1, "GET", "/", true).read(1);
    assertThat(response.whole).isFalse();
    assertThat(response.error).isEqualTo(INTERNAL_ERROR);
  }

  @Test
  void rapid_reset_costs_a_bounded_number_of_requests() throws Exception {
    RawUpstream upstream = gateways.upstream(request -> request.ok("fine"));
    RawHttp2Client client = client(upstream);
    int error = -1;
    try {
      for (int i = 0; i < 2_000; i++) {
        client.request(2 * i + 1, "GET", "/", true);
        client.frame(RawHttp2Client.RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
      }
      error = client.readGoaway();
    } catch (SocketException e) {
      error = ENHANCE_YOUR_CALM; // It closed before all had been sent.
    }
    assertThat(error).isEqualTo(ENHANCE_YOUR_CALM);
    assertThat(upstream.requests.get()).isLessThan(250);
  }

  @Test
  void a_flood_of_continuations_ends_the_connection() throws Exception {
    RawHttp2Client client = client(gateways.upstream(request -> request.ok("fine")));
    byte[] block = RawHttp2Client.fields(":method", "GET", ":scheme", "http", ":path", "/");
    int sent = 0;
    boolean ended = false;
    try {
      client.frame(RawHttp2Client.HEADERS, RawHttp2Client.END_STREAM, 1, block);
      while (sent < 100_000) {
        client.frame(RawHttp2Client.CONTINUATION, 0, 1, RawHttp2Client.fields("a", "b"));
        sent++;
      }
    } catch (SocketException e) {
      ended = true;
    }
    assertThat(ended || client.readGoaway() > 0).isTrue();
  }
}

package dev.headroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * WebSocket (RFC 6455) through the gateway, frame by frame. The gateway reads no frame: what one
 * side sends the other must get, whole, in order and when it is sent, and an end on one side must
 * be seen on the other.
 */
@Timeout(60)
class WebSocketTest {
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final TestGateways gateways = new TestGateways();

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  /** One frame, without its mask. */
  @SuppressWarnings("ArrayRecordComponent") // compared by text below
  private record Frame(boolean fin, int opcode, byte[] payload) {
    static Frame of(int opcode, String text) {
      return new Frame(true, opcode, text.getBytes(StandardCharsets.UTF_8));
    }

    static Frame closing(int code, String reason) {
      byte[] text = reason.getBytes(StandardCharsets.UTF_8);
      return new Frame(
          true,
          CLOSE,
          ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
    }

    static Frame read(InputStream from) throws IOException {
      DataInputStream in = new DataInputStream(from);
      int first = in.readUnsignedByte();
      int second = in.readUnsignedByte();
      long length = second & 0x7f;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] mask = new byte[(second & 0x80) == 0 ? 0 : 4];
      in.readFully(mask);
      byte[] payload = new byte[Math.toIntExact(length)];
      in.readFully(payload);
      for (int i = 0; i < payload.length && mask.length > 0; i++) {
        payload[i] ^= mask[i & 3];
      }
      return new Frame((first & 0x80) != 0, first & 0xf, payload);
    }

    /* Clients mask and servers do not: section 5.1. */
    byte[] bytes(boolean masked) {
      ByteBuffer out = ByteBuffer.allocate(payload.length + 14);
      out.put((byte) ((fin ? 0x80 : 0) | opcode));
      int bit = masked ? 0x80 : 0;
      if (payload.length < 126) {
        out.put((byte) (bit | payload.length));
      } else if (payload.length < 65_536) {
        out.put((byte) (bit | 126)).putShort((short) payload.length);
      } else {
        out.put((byte) (bit | 127)).putLong(payload.length);
      }
      byte[] mask = {0x37, (byte) 0xfa, 0x21, 0x3d};
      if (masked) {
        out.put(mask);
      }
      for (int i = 0; i < payload.length; i++) {
        out.put((byte) (masked ? payload[i] ^ mask[i & 3] : payload[i]));
      }
      return Arrays.copyOf(out.array(), out.position());
    }

    int code() {
      return ByteBuffer.wrap(payload).getShort() & 0xffff;
    }

    @Override
    public String toString() {
      return (fin ? "" : "part of ") + opcode + ":" + payload.length + ":" + hash(payload);
    }
  }

  private static String hash(byte[] bytes) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String acceptOf(String head) {
    Matcher key = Pattern.compile("(?i)\r\nSec-WebSocket-Key: (\\S+)\r\n").matcher(head);
    assertThat(key.find()).as(head).isTrue();
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest(
                      (key.group(1) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                          .getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String switching(String head) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: "
        + acceptOf(head)
        + "\r\nSec-WebSocket-Protocol: chat\r\n\r\n";
  }

  /** What a server does once it is asked for a WebSocket. */
  private interface Server {
    void talk(InputStream in, OutputStream out) throws IOException;
  }

  /* Sends each frame back as it came; answers a ping with a pong and a close with a close. */
  private static void echo(InputStream in, OutputStream out) throws IOException {
    while (true) {
      Frame frame = Frame.read(in);
      int opcode = frame.opcode() == PING ? PONG : frame.opcode();
      out.write(new Frame(frame.fin(), opcode, frame.payload()).bytes(false));
      out.flush();
      if (opcode == CLOSE) {
        return;
      }
    }
  }

  private Gateway gateway(Server server) {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              assertThat(request.has("Upgrade: websocket")).isTrue();
              assertThat(request.has("Connection: Upgrade")).isTrue();
              request.send(switching(request.head()));
              server.talk(request.body(), request.out());
              throw new IOException("over"); // Ends the connection.
            });
    return gateways.start("", upstream);
  }

  private static String handshake() {
    return "GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive, Upgrade\r\n"
        + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n"
        + "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Key: "
        + KEY
        + "\r\n\r\n";
  }

  /** A client that has shaken hands. */
  private RawClient client(Gateway gateway) throws IOException {
    RawClient client = gateways.client(gateway);
    client.send(handshake());
    RawClient.Response response = client.read();
    assertThat(response.status()).isEqualTo(101);
    // The example of section 1.3.
    assertThat(response.has("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")).isTrue();
    assertThat(response.has("Sec-WebSocket-Protocol: chat")).isTrue();
    assertThat(response.has("Upgrade: websocket")).isTrue();
    return client;
  }

  private static void send(RawClient client, Frame frame) throws IOException {
    client.socket().getOutputStream().write(frame.bytes(true));
  }

  private static String exchange(RawClient client, Frame frame) throws IOException {
    send(client, frame);
    return client.frame(Frame::read).toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000})
  void messages_of_any_size_pass(int size) throws Exception {
    RawClient client = client(gateway(WebSocketTest::echo));
    byte[] payload = new byte[size];
    new SplittableRandom(size).nextBytes(payload);
    Frame frame = new Frame(true, BINARY, payload);

    assertThat(exchange(client, frame)).isEqualTo(frame.toString());
    assertThat(exchange(client, Frame.of(TEXT, "grüße"))).isEqualTo(Frame.of(TEXT, "grüße") + "");
  }

  @Test
  void fragments_stay_fragments_with_pings_between_them() throws Exception {
    RawClient client = client(gateway(WebSocketTest::echo));

    Frame first = new Frame(false, TEXT, "one ".getBytes(StandardCharsets.UTF_8));
    Frame middle = new Frame(false, CONTINUATION, new byte[0]);
    Frame last = Frame.of(CONTINUATION, "two");
    assertThat(exchange(client, first)).isEqualTo(first.toString());
    assertThat(exchange(client, Frame.of(PING, "in between")))
        .isEqualTo(Frame.of(PONG, "in between").toString());
    assertThat(exchange(client, middle)).isEqualTo(middle.toString());
    assertThat(exchange(client, last)).isEqualTo(last.toString());
  }

  @Test
  void a_frame_may_come_byte_by_byte_and_many_at_once() throws Exception {
    RawClient client = client(gateway(WebSocketTest::echo));
    for (byte each : Frame.of(TEXT, "slowly").bytes(true)) {
      client.socket().getOutputStream().write(each);
    }
    assertThat(client.frame(Frame::read) + "").isEqualTo(Frame.of(TEXT, "slowly") + "");

    StringBuilder burst = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      burst.append(new String(Frame.of(TEXT, "m" + i).bytes(true), StandardCharsets.ISO_8859_1));
    }
    client.send(burst.toString());
    for (int i = 0; i < 500; i++) {
      assertThat(client.frame(Frame::read) + "").isEqualTo(Frame.of(TEXT, "m" + i) + "");
    }
  }

  @Test
  void frames_right_behind_the_handshake_are_not_lost() throws Exception {
    RawClient client =
        gateways.client(
            gateway(
                (in, out) -> {
                  out.write(Frame.of(TEXT, "welcome").bytes(false));
                  echo(in, out);
                }));

    Frame early = Frame.of(TEXT, "early");
    client.send(handshake() + new String(early.bytes(true), StandardCharsets.ISO_8859_1));
    assertThat(client.read().status()).isEqualTo(101);
    assertThat(client.frame(Frame::read) + "").isEqualTo(Frame.of(TEXT, "welcome") + "");
    assertThat(client.frame(Frame::read) + "").isEqualTo(early + "");
  }

  @ParameterizedTest
  @CsvSource({
    "1000, ''",
    "1001, going away",
    "1002, ''",
    "1003, ''",
    "1007, ''",
    "1008, ''",
    "1009, ''",
    "1010, ''",
    "1011, oops",
    "3000, ''",
    "4999, 'own: ü'"
  })
  void close_codes_pass_both_ways(int code, String reason) throws Exception {
    RawClient fromClient = client(gateway(WebSocketTest::echo));
    Frame closing = Frame.closing(code, reason);
    assertThat(exchange(fromClient, closing)).isEqualTo(closing.toString());
    assertThat(fromClient.isEnded()).as("the server ends the connection").isTrue();

    BlockingQueue<Frame> answers = new LinkedBlockingQueue<>();
    RawClient fromServer =
        client(
            gateway(
                (in, out) -> {
                  out.write(closing.bytes(false));
                  answers.add(Frame.read(in));
                }));
    assertThat(fromServer.frame(Frame::read) + "").isEqualTo(closing + "");
    send(fromServer, Frame.closing(code, ""));
    Frame answer = answers.poll(10, TimeUnit.SECONDS);
    assertThat(answer).isNotNull();
    assertThat(answer == null ? 0 : answer.code()).isEqualTo(code);
    assertThat(fromServer.isEnded()).isTrue();
  }

  @Test
  void a_close_without_a_code_passes() throws Exception {
    RawClient client = client(gateway(WebSocketTest::echo));

    Frame closing = new Frame(true, CLOSE, new byte[0]);
    assertThat(exchange(client, closing)).isEqualTo(closing.toString());
    assertThat(client.isEnded()).isTrue();
  }

  @Test
  void each_side_may_end_its_half_first() throws Exception {
    RawClient client =
        client(
            gateway(
                (in, out) -> {
                  byte[] all = in.readAllBytes(); // Until the client's half has ended.
                  out.write(Frame.of(TEXT, "got " + all.length).bytes(false));
                }));
    byte[] hello = Frame.of(TEXT, "hello").bytes(true);
    client.socket().getOutputStream().write(hello);
    client.socket().shutdownOutput();
    assertThat(client.frame(Frame::read) + "")
        .isEqualTo(Frame.of(TEXT, "got " + hello.length) + "");
    assertThat(client.isEnded()).isTrue();
  }

  @Test
  void a_client_that_is_gone_is_gone_for_the_server_too() throws Exception {
    BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    Gateway gateway =
        gateway(
            (in, out) -> {
              try {
                ends.add(in.read() < 0 ? "end" : "more");
              } catch (IOException e) {
                ends.add("reset");
              }
            });
    RawClient client = client(gateway);
    client.socket().setSoLinger(true, 0);
    client.close();

    assertThat(ends.poll(10, TimeUnit.SECONDS)).isIn("end", "reset");
  }

  @Test
  void a_server_that_is_gone_is_gone_for_the_client_too() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              request.send(switching(request.head()));
              request.out().write(Frame.of(TEXT, "last").bytes(false));
              request.body().read();
              request.socket().setSoLinger(true, 0);
              request.socket().close();
            });
    RawClient client = client(gateways.start("", upstream));
    assertThat(client.frame(Frame::read) + "").isEqualTo(Frame.of(TEXT, "last") + "");
    client.send("x");

    assertThat(client.socket().getInputStream().read()).isNegative();
  }

  @Test
  void a_refused_upgrade_is_an_answer_like_others() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              if (request.hasField("upgrade")) {
                request.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
              } else {
                request.ok("plain");
              }
            });
    RawClient client = gateways.client(gateways.start("", upstream));

    client.send(handshake());
    RawClient.Response refused = client.read();
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).isEqualTo("no");
    assertThat(client.get("/").body()).isEqualTo("plain");
    assertThat(upstream.connections).as("the replica's connection goes on").hasValue(1);
  }

  @Test
  void other_upgrades_are_not_passed_on() throws Exception {
    RawUpstream upstream =
        gateways.upstream(request -> request.ok(Boolean.toString(request.hasField("upgrade"))));
    RawClient client = gateways.client(gateways.start("", upstream));
    String upgrade =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n";

    assertThat(client.send(TestTokens.request("GET", "/", upgrade)).read().body())
        .isEqualTo("false");
    String post = "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n";
    assertThat(client.send(TestTokens.request("POST", "/", post)).read().body()).isEqualTo("false");
  }

  @Test
  void a_client_library_gets_on_with_it() throws Exception {
    Gateway gateway = gateway(WebSocketTest::echo);
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      WebSocket socket =
          http.newWebSocketBuilder()
              .subprotocols("chat")
              .buildAsync(
                  URI.create("ws://127.0.0.1:" + gateway.address().getPort() + "/ws"),
                  new Listener(heard))
              .get(10, TimeUnit.SECONDS);
      assertThat(socket.getSubprotocol()).isEqualTo("chat");
      socket.sendText("in ", false).get(10, TimeUnit.SECONDS);
      socket.sendText("parts", true).get(10, TimeUnit.SECONDS);
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("text in parts");
      socket.sendPing(ByteBuffer.wrap(new byte[] {1, 2})).get(10, TimeUnit.SECONDS);
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("pong 2");
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "done").get(10, TimeUnit.SECONDS);
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("close 1000 done");
    }
    TestGateways.await(() -> !gateways.exchanges.isEmpty());
    assertThat(gateways.exchanges.element().status()).isEqualTo(101);
  }

  @Test
  void a_server_that_switches_unasked_is_at_fault() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request ->
                request.send(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\n\r\n"));
    assertThat(gateways.client(gateways.start("", upstream)).get("/").status()).isEqualTo(502);
  }

  @Test
  void a_cut_handshake_is_no_websocket() throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              request.send("HTTP/1.1 101 Switching Pro");
              throw new IOException("cut");
            });
    RawClient client = gateways.client(gateways.start("", upstream));
    client.send(handshake());
    assertThat(client.read().status()).isEqualTo(502);
    // Still HTTP.
    client.send(handshake());
    assertThat(client.read().status()).isEqualTo(502);
  }

  /** Puts together what comes. */
  private static final class Listener implements WebSocket.Listener {
    private final BlockingQueue<String> heard;
    private final StringBuilder text = new StringBuilder();

    Listener(BlockingQueue<String> heard) {
      this.heard = heard;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        heard.add("text " + text);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      heard.add("pong " + message.remaining());
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      heard.add("close " + code + " " + reason);
      return null;
    }
  }
}

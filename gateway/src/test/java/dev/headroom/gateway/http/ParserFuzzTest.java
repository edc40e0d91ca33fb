package dev.headroom.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Mutated messages: every outcome is a message or a {@link Refusal}, the same whether it arrives at
 * once or in pieces, and what is forwarded is accepted again and means the same.
 */
class ParserFuzzTest {
  private static final List<String> SEEDS =
      List.of(
          "GET /a?b=c HTTP/1.1~Host: a~Accept: */*~~",
          "POST /x HTTP/1.1~Host: a:80~Content-Length: 10~Connection: close, x~X: 1~~0123456789",
          "POST /x HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5;e=1~hello~0~T: 1~~",
          "PUT http://h/x HTTP/1.1~Host: h~Expect: 100-continue~Content-Length: 2~~ab",
          "GET /ws HTTP/1.1~Host: a~Connection: Upgrade~Upgrade: websocket~~",
          "OPTIONS * HTTP/1.0~Host: [::1]:80~Keep-Alive: 1~~");
  private static final String SPICE = "\r\n\0 \t:,;=/.%\\#0123456789abcdefx\u007f\u0080\u00ff";
  private static final List<String> WORDS =
      List.of(
          "Content-Length: 5\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Host: b\r\n",
          "Connection: host\r\n",
          "\r\n\r\n",
          "chunked",
          "%2e%2e",
          " HTTP/1.1");
  private static final List<String> ANSWERS =
      List.of(
          "HTTP/1.1 200 OK~Content-Length: 10~Connection: close, x~X: 1~~0123456789",
          "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5;e=1~hello~0~T: 1~~",
          "HTTP/1.0 404 ~Content-Length: 2~Connection: keep-alive~~ab",
          "HTTP/1.1 204 No~Set-Cookie: a=b~Set-Cookie: c=d~~",
          "HTTP/1.1 101 Switching Protocols~Connection: Upgrade~Upgrade: websocket~~",
          "HTTP/1.1 304 Same~ETag: x~Content-Length: 5~~");

  /** More of them: {@code mvn -pl gateway test -Dtest.jvm.args=-Dheadroom.fuzz.rounds=50000000}. */
  private static final int ROUNDS = Integer.getInteger("headroom.fuzz.rounds", 60_000);

  @Test
  void requests() {
    SplittableRandom random = new SplittableRandom(20261123);
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] raw = mutate(SEEDS, random);
      String whole = outcome(raw, raw.length);
      String pieces = outcome(raw, 1 + random.nextInt(7));
      assertThat(pieces).as("in pieces: %s", shown(raw)).isEqualTo(whole);
      if (whole.startsWith("HTTP")) {
        continue;
      }
      accepted++;
      byte[] forwarded = whole.getBytes(StandardCharsets.ISO_8859_1);
      assertThat(outcome(forwarded, forwarded.length))
          .as("forwarded twice: %s", shown(raw))
          .isEqualTo(whole);
    }
    // Otherwise the mutations are too wild to say anything.
    assertThat(accepted).isBetween(ROUNDS / 20, ROUNDS * 19 / 20);
  }

  @Test
  void responses() {
    SplittableRandom random = new SplittableRandom(20261130);
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] raw = mutate(ANSWERS, random);
      String whole = answer(raw, raw.length);
      String pieces = answer(raw, 1 + random.nextInt(7));
      assertThat(pieces).as("in pieces: %s", shown(raw)).isEqualTo(whole);
      accepted += whole.startsWith("refused") ? 0 : 1;
    }
    assertThat(accepted).isBetween(ROUNDS / 20, ROUNDS * 19 / 20);
  }

  /* Status, framing and content, as far as they have come; "refused" when they are not valid. */
  private static String answer(byte[] raw, int piece) {
    ResponseHead head = new ResponseHead();
    BodyReader body = new BodyReader();
    ByteBuf content = Unpooled.buffer();
    boolean headDone = false;
    try {
      for (int from = 0; from < raw.length; from += piece) {
        ByteBuf in =
            Unpooled.wrappedBuffer(
                Arrays.copyOfRange(raw, from, Math.min(from + piece, raw.length)));
        if (!headDone) {
          headDone = head.feed(in, false);
          if (!headDone) {
            continue;
          }
          body.start(head.framing(), head.contentLength(), false);
        }
        ByteBuf read;
        while ((read = body.read(in, ByteBufAllocator.DEFAULT)) != null) {
          content.writeBytes(read);
          read.release();
        }
        if (body.isDone()) {
          break;
        }
      }
      return headDone
          ? head.status()
              + " "
              + head.framing()
              + " "
              + head.isKeepAlive()
              + " "
              + head.fields()
              + " "
              + body.isDone()
              + " "
              + content.toString(StandardCharsets.ISO_8859_1)
          : "unfinished";
    } catch (Refusal refusal) {
      return "refused";
    }
  }

  private static byte[] mutate(List<String> seeds, SplittableRandom random) {
    byte[] raw = RequestHeadTest.bytes(seeds.get(random.nextInt(seeds.size())));
    int mutations = random.nextInt(4);
    for (int i = 0; i < mutations; i++) {
      int at = random.nextInt(raw.length);
      switch (random.nextInt(5)) {
        case 0 -> raw[at] = (byte) SPICE.charAt(random.nextInt(SPICE.length()));
        case 1 -> raw = splice(raw, at, at + 1, "");
        case 2 -> raw = splice(raw, at, at, spice(random));
        case 3 -> raw = splice(raw, at, at, WORDS.get(random.nextInt(WORDS.size())));
        default -> {
          int to = Math.min(raw.length, at + random.nextInt(12));
          String copy = new String(raw, at, to - at, StandardCharsets.ISO_8859_1);
          raw = splice(raw, at, at, copy);
        }
      }
      if (raw.length == 0) {
        return new byte[] {' '};
      }
    }
    return raw;
  }

  private static String spice(SplittableRandom random) {
    return String.valueOf(SPICE.charAt(random.nextInt(SPICE.length())));
  }

  private static byte[] splice(byte[] raw, int from, int to, String with) {
    String text = new String(raw, StandardCharsets.ISO_8859_1);
    return (text.substring(0, from) + with + text.substring(to))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /* The message as it is forwarded; "HTTP" and what was wrong when it is not, or not yet. */
  private static String outcome(byte[] raw, int piece) {
    RequestHead head = new RequestHead();
    BodyReader body = new BodyReader();
    ByteBuf out = Unpooled.buffer();
    boolean headDone = false;
    try {
      for (int from = 0; from < raw.length; from += piece) {
        ByteBuf in =
            Unpooled.wrappedBuffer(
                Arrays.copyOfRange(raw, from, Math.min(from + piece, raw.length)));
        if (!headDone) {
          headDone = head.feed(in);
          if (!headDone) {
            continue;
          }
          body.start(head.framing(), head.contentLength(), false);
          head.writeTo(out, "default", new byte[0], "", "T", true);
        }
        ByteBuf read;
        while ((read = body.read(in, ByteBufAllocator.DEFAULT)) != null) {
          writePiece(head, out, read);
        }
        if (body.isDone()) {
          if (head.framing() == Framing.CHUNKED) {
            out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          }
          return message(out);
        }
      }
      return "HTTP: unfinished";
    } catch (Refusal refusal) {
      return "HTTP: " + refusal.status();
    }
  }

  private static void writePiece(RequestHead head, ByteBuf out, ByteBuf piece) {
    // One byte a chunk: then the cuts between pieces do not show.
    while (piece.isReadable()) {
      if (head.framing() == Framing.CHUNKED) {
        BodyReader.writeSize(out, 1);
      }
      out.writeByte(piece.readByte());
      if (head.framing() == Framing.CHUNKED) {
        out.writeByte('\r').writeByte('\n');
      }
    }
    piece.release();
  }

  private static String message(ByteBuf out) {
    String text = out.toString(StandardCharsets.ISO_8859_1);
    // The gateway's own traceparent must not add up from round to round.
    return text.replaceFirst("traceparent: T\r\n", "");
  }

  private static String shown(byte[] raw) {
    return new String(raw, StandardCharsets.ISO_8859_1).replace("\r", "^r").replace("\n", "^n");
  }
}

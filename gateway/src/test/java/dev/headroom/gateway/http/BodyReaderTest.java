package dev.headroom.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Raw bytes to outcome; the notation is that of {@link RequestHeadTest}. */
class BodyReaderTest {

  /* What comes out when the body arrives in pieces of that size; `rest` is left in the input. */
  private static String read(byte[] raw, int piece, boolean rechunk, StringBuilder rest)
      throws Refusal {
    BodyReader body = new BodyReader();
    body.start(Framing.CHUNKED, 0, rechunk);
    StringBuilder out = new StringBuilder();
    for (int from = 0; from < raw.length; from += piece) {
      ByteBuf in = Unpooled.wrappedBuffer(raw, from, Math.min(piece, raw.length - from));
      ByteBuf read;
      while ((read = body.read(in, ByteBufAllocator.DEFAULT)) != null) {
        out.append(read.toString(StandardCharsets.ISO_8859_1));
        read.release();
      }
      rest.append(in.toString(StandardCharsets.ISO_8859_1));
    }
    assertThat(body.isDone()).isTrue();
    return out.toString().replace("\r\n", "~");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          0~~                                  | 0~~                       | ``
          5~hello~0~~                          | 5~hello~0~~               | hello
          00005~hello~000~~                    | 5~hello~0~~               | hello
          a~0123456789~A~0123456789~0~~        | a~0123456789~a~0123456789~0~~ | 01234567890123456789
          5;a=b;c="d"~hello~0;x~~              | 5~hello~0~~               | hello
          5~hello~0~X: 1~Y: 2~~                | 5~hello~0~X: 1~Y: 2~~     | hello
          5~hello~0~Host: x~X: 1~Content-Length: 3~~ | 5~hello~0~X: 1~~    | hello
          2~~~1~^r~0~~                         | 2~~~1~^r~0~~              | ~^r
          """)
  void chunks(String raw, String rechunked, String payload) throws Refusal {
    byte[] bytes = RequestHeadTest.bytes(raw + "NEXT");
    for (int piece : new int[] {1, 2, 3, 7, 1000}) {
      StringBuilder rest = new StringBuilder();
      assertThat(read(bytes, piece, false, rest)).isEqualTo(payload.replace("^r", "\r"));
      assertThat(rest).hasToString("NEXT");
    }
    assertThat(read(bytes, 1000, true, new StringBuilder()))
        .isEqualTo(rechunked.replace("^r", "\r"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "~",
        " 5~hello~0~~",
        "5 ~hello~0~~",
        "+5~hello~0~~",
        "-5~hello~0~~",
        "0x5~hello~0~~",
        "5^nhello^n0^n^n",
        "5^rhello~0~~",
        "5~hello^n0~~",
        "5~helloX~0~~",
        "5~hell~0~~",
        "g~hello~0~~",
        "1000000000000000~x",
        "ffffffffffffffffff~x",
        "5;a^0b~hello~0~~",
        "5;a^nb~hello~0~~",
        "5;a^rb~hello~0~~",
        "0~X : 1~~",
        "0~ X: 1~~",
        "0~X~~",
        "0~X: 1^n~",
        "0^n~",
      })
  void refuses(String raw) {
    byte[] bytes = RequestHeadTest.bytes(raw);
    assertThatThrownBy(() -> read(bytes, 1000, true, new StringBuilder()))
        .isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> read(bytes, 1, true, new StringBuilder())).isInstanceOf(Refusal.class);
  }

  @Test
  void limits_extensions_and_trailers() {
    String extension = "1;" + "a".repeat(250) + "\r\nx\r\n";
    for (String raw :
        new String[] {
          "1;" + "a".repeat(300) + "\r\nx\r\n0\r\n\r\n",
          extension.repeat(100) + "0\r\n\r\n",
          "0\r\nX: " + "a".repeat(9000) + "\r\n\r\n",
          "0\r\n" + "X: 1\r\n".repeat(200) + "\r\n"
        }) {
      assertThatThrownBy(() -> read(RequestHeadTest.bytes(raw), 1000, true, new StringBuilder()))
          .isInstanceOf(Refusal.class);
    }
  }

  @Test
  void a_length_takes_that_and_no_more() throws Refusal {
    BodyReader body = new BodyReader();
    body.start(Framing.LENGTH, 5, true);
    ByteBuf in = Unpooled.copiedBuffer("helloNEXT", StandardCharsets.US_ASCII);
    ByteBuf piece = body.read(in, ByteBufAllocator.DEFAULT);
    assertThat(piece).isNotNull();
    assertThat(piece.toString(StandardCharsets.US_ASCII)).isEqualTo("hello");
    assertThat(body.isDone()).isTrue();
    assertThat(body.payloadBytes()).isEqualTo(5);
    assertThat(body.read(in, ByteBufAllocator.DEFAULT)).isNull();
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("NEXT");
  }
}

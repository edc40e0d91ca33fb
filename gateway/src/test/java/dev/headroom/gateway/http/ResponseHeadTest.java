package dev.headroom.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Raw bytes to outcome; the notation is that of {@link RequestHeadTest}. */
class ResponseHeadTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          GET  | HTTP/1.1 200 OK~Content-Length: 3~~         | 200 | LENGTH      | true  | HTTP/1.1 200 OK~Content-Length: 3~~
          GET  | HTTP/1.1 200 OK~Content-Length: 0~~         | 200 | NONE        | true  | HTTP/1.1 200 OK~Content-Length: 0~~
          GET  | HTTP/1.1 200 OK~~                           | 200 | UNTIL_CLOSE | false | HTTP/1.1 200 OK~~
          GET  | HTTP/1.1 200~Content-Length: 0~~            | 200 | NONE        | true  | HTTP/1.1 200 ~Content-Length: 0~~
          GET  | `HTTP/1.1 200 ~Content-Length: 0~~`         | 200 | NONE        | true  | `HTTP/1.1 200 ~Content-Length: 0~~`
          GET  | HTTP/1.0 200 OK~Content-Length: 3~~         | 200 | LENGTH      | false | HTTP/1.1 200 OK~Content-Length: 3~~
          GET  | HTTP/1.0 200 OK~Content-Length: 3~Connection: keep-alive~~ | 200 | LENGTH | true | HTTP/1.1 200 OK~Content-Length: 3~~
          GET  | HTTP/1.1 200 OK~Connection: close~Content-Length: 3~~ | 200 | LENGTH | false | HTTP/1.1 200 OK~Content-Length: 3~~
          GET  | HTTP/1.1 200 OK~Transfer-Encoding: chunked~X: 1~~ | 200 | CHUNKED | true | HTTP/1.1 200 OK~X: 1~~
          GET  | HTTP/1.1 204 No~~                           | 204 | NONE        | true  | HTTP/1.1 204 No~~
          GET  | HTTP/1.1 204 No~Content-Length: 5~~         | 204 | NONE        | false | HTTP/1.1 204 No~~
          GET  | HTTP/1.1 204 No~Transfer-Encoding: chunked~~ | 204 | NONE       | false | HTTP/1.1 204 No~~
          GET  | HTTP/1.1 304 Same~Content-Length: 5~~       | 304 | NONE        | true  | HTTP/1.1 304 Same~Content-Length: 5~~
          HEAD | HTTP/1.1 200 OK~Content-Length: 5~~         | 200 | NONE        | true  | HTTP/1.1 200 OK~Content-Length: 5~~
          HEAD | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~ | 200 | NONE       | true  | HTTP/1.1 200 OK~~
          GET  | HTTP/1.1 100 Continue~~                     | 100 | NONE        | true  | HTTP/1.1 100 Continue~~
          """)
  void reads(String method, String raw, int status, Framing framing, boolean keep, String written)
      throws Refusal {
    ResponseHead head = new ResponseHead();
    assertThat(head.feed(Unpooled.wrappedBuffer(RequestHeadTest.bytes(raw)), method.equals("HEAD")))
        .isTrue();
    assertThat(head.status()).isEqualTo(status);
    assertThat(head.framing()).isEqualTo(framing);
    assertThat(head.isKeepAlive()).isEqualTo(keep);
    ByteBuf out = Unpooled.buffer();
    head.writeTo(out, false, ResponseHead.Persistence.STAYS, AddedFields.NONE);
    assertThat(out.toString(StandardCharsets.ISO_8859_1).replace("\r\n", "~")).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          HTTP/1.1 200 OK^nContent-Length: 0^n^n
          ~HTTP/1.1 200 OK~~
          HTTP/2.0 200 OK~~
          HTTP/1.1 20 OK~~
          HTTP/1.1 2000 OK~~
          HTTP/1.1 099 OK~~
          HTTP/1.1 600 OK~~
          HTTP/1.1  200 OK~~
          HTTP/1.1 200 O^0K~~
          ICY 200 OK~~
          HTTP/1.1 200 OK~Content-Length: 3~Content-Length: 3~~
          HTTP/1.1 200 OK~Content-Length: 3, 3~~
          HTTP/1.1 200 OK~Content-Length: x~~
          HTTP/1.1 200 OK~Content-Length: 3~Transfer-Encoding: chunked~~
          HTTP/1.0 200 OK~Transfer-Encoding: chunked~~
          HTTP/1.1 200 OK~Transfer-Encoding: gzip~~
          HTTP/1.1 200 OK~X : 1~~
          HTTP/1.1 200 OK~X: 1~ folded~~
          """)
  void refuses(String raw) {
    ResponseHead head = new ResponseHead();
    assertThatThrownBy(() -> head.feed(Unpooled.wrappedBuffer(RequestHeadTest.bytes(raw)), false))
        .isInstanceOf(Refusal.class);
  }
}

package dev.headroom.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Raw bytes to outcome. In the tables {@code ~} is CRLF, {@code ^r ^n ^t ^0} are CR LF HTAB NUL.
 */
class RequestHeadTest {

  static byte[] bytes(String table) {
    return table
        .replace("~", "\r\n")
        .replace("^r", "\r")
        .replace("^n", "\n")
        .replace("^t", "\t")
        .replace("^0", "\0")
        .replace("^v", "\013")
        .replace("^d", "\177")
        .replace("^e", "\351")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static RequestHead parse(String table) throws Refusal {
    RequestHead head = new RequestHead();
    assertThat(head.feed(Unpooled.wrappedBuffer(bytes(table)))).isTrue();
    return head;
  }

  private static String forwarded(RequestHead head) {
    ByteBuf out = Unpooled.buffer();
    head.writeTo(out, "default", new byte[0], "", "TP", false);
    return out.toString(StandardCharsets.ISO_8859_1).replace("\r\n", "~");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          GET / HTTP/1.1~Host: a~~                                  | GET / HTTP/1.1~Host: a~
          ~GET / HTTP/1.1~Host: a~~                                 | GET / HTTP/1.1~Host: a~
          ~~GET / HTTP/1.1~Host: a~~                                | GET / HTTP/1.1~Host: a~
          GET / HTTP/1.0~~                                          | GET / HTTP/1.1~Host: default~
          GET / HTTP/1.1~host:a~~                                   | GET / HTTP/1.1~host:a~
          GET / HTTP/1.1~Host: ^ta ^t~~                             | GET / HTTP/1.1~Host: ^ta ^t~
          GET /a?b=/../c HTTP/1.1~Host: a~~                         | GET /a?b=/../c HTTP/1.1~Host: a~
          GET /...a/.b/c. HTTP/1.1~Host: a~~                        | GET /...a/.b/c. HTTP/1.1~Host: a~
          GET /a%2Fb HTTP/1.1~Host: a~~                             | GET /a%2Fb HTTP/1.1~Host: a~
          PROPFIND / HTTP/1.1~Host: a~~                             | PROPFIND / HTTP/1.1~Host: a~
          OPTIONS * HTTP/1.1~Host: a~~                              | OPTIONS * HTTP/1.1~Host: a~
          OPTIONS http://a HTTP/1.1~Host: a~~                       | OPTIONS * HTTP/1.1~Host: a~
          GET http://a HTTP/1.1~Host: a~~                           | GET / HTTP/1.1~Host: a~
          GET HTTP://A:80?q HTTP/1.1~Host: a:80~~                   | GET /?q HTTP/1.1~Host: a:80~
          GET http://a/b HTTP/1.0~~                                 | GET /b HTTP/1.1~Host: a~
          GET / HTTP/1.1~Host: [::1]:8080~~                         | GET / HTTP/1.1~Host: [::1]:8080~
          GET / HTTP/1.1~Host: a~X:~~                               | GET / HTTP/1.1~Host: a~X:~
          GET / HTTP/1.1~Host: a~Connection: b , ,c~B: 1~C: 2~D: 3~~ | GET / HTTP/1.1~Host: a~D: 3~
          GET / HTTP/1.1~Host: a~Keep-Alive: 1~X: 1~TE: x~~         | GET / HTTP/1.1~Host: a~X: 1~
          GET / HTTP/1.1~Host: a~Upgrade: h2c~Connection: Upgrade, HTTP2-Settings~HTTP2-Settings: x~~ | GET / HTTP/1.1~Host: a~
          GET / HTTP/1.1~Host: a~traceparent: x~tracestate: y~~     | GET / HTTP/1.1~Host: a~
          GET / HTTP/1.1~Host: a~X-Real-IP: 1~Forwarded: x~~        | GET / HTTP/1.1~Host: a~
          POST / HTTP/1.1~Host: a~Content-Length: 5~~hello          | POST / HTTP/1.1~Host: a~Content-Length: 5~
          POST / HTTP/1.1~Host: a~Transfer-Encoding: CHUNKED~~      | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~
          POST / HTTP/1.0~Host: a~Content-Length: 5~Expect: 100-continue~~ | POST / HTTP/1.1~Host: a~Content-Length: 5~
          POST / HTTP/1.1~Host: a~Expect: 100-Continue~Content-Length: 5~~ | POST / HTTP/1.1~Host: a~Expect: 100-Continue~Content-Length: 5~
          GET /ws HTTP/1.1~Host: a~Upgrade: websocket~Connection: upgrade~~ | GET /ws HTTP/1.1~Host: a~Connection: Upgrade~Upgrade: websocket~
          """)
  void forwards(String request, String upstream) throws Refusal {
    assertThat(forwarded(parse(request)))
        .isEqualTo(upstream.replace("^t", "\t") + "traceparent: TP~~");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          400 | GET / HTTP/1.1^nHost: a^n^n
          400 | GET / HTTP/1.1~Host: a^n~
          400 | GET / HTTP/1.1~Host: a^rX: b~~
          400 | GET / HTTP/1.1^r^rHost: a~~
          400 | ^nGET / HTTP/1.1~Host: a~~
          400 | ~~~GET / HTTP/1.1~Host: a~~
          400 | GET  / HTTP/1.1~Host: a~~
          400 | GET /  HTTP/1.1~Host: a~~
          400 | GET^t/ HTTP/1.1~Host: a~~
          400 | ` GET / HTTP/1.1~Host: a~~`
          400 | GET /a b HTTP/1.1~Host: a~~
          400 | GET / HTTP/1.1 ~Host: a~~
          400 | GET /~Host: a~~
          400 | GET~~
          400 | G(T / HTTP/1.1~Host: a~~
          400 | GET / http/1.1~Host: a~~
          400 | GET / HTTP/1.10~Host: a~~
          400 | GET / HTTP/11~Host: a~~
          400 | GET / HTTP/1,1~Host: a~~
          505 | GET / HTTP/1.2~Host: a~~
          505 | GET / HTTP/0.9~Host: a~~
          505 | PRI * HTTP/2.0~~SM~~
          501 | CONNECT a:443 HTTP/1.1~Host: a~~
          501 | TRACE / HTTP/1.1~Host: a~~
          400 | GET * HTTP/1.1~Host: a~~
          400 | GET a HTTP/1.1~Host: a~~
          400 | GET https://a/ HTTP/1.1~Host: a~~
          400 | GET ftp://a/ HTTP/1.1~Host: a~~
          400 | GET http:///x HTTP/1.1~Host: a~~
          400 | GET http://u@a/ HTTP/1.1~Host: a~~
          400 | GET http://b/ HTTP/1.1~Host: a~~
          400 | GET http://a:81/ HTTP/1.1~Host: a~~
          400 | GET /#f HTTP/1.1~Host: a~~
          400 | GET /^e HTTP/1.1~Host: a~~
          400 | GET /a^0b HTTP/1.1~Host: a~~
          400 | GET /a%00b HTTP/1.1~Host: a~~
          400 | GET /a%zz HTTP/1.1~Host: a~~
          400 | GET /a%2 HTTP/1.1~Host: a~~
          400 | GET /a/../b HTTP/1.1~Host: a~~
          400 | GET /a/.. HTTP/1.1~Host: a~~
          400 | GET /./b HTTP/1.1~Host: a~~
          400 | GET /a/%2e%2E/b HTTP/1.1~Host: a~~
          400 | GET /a/.%2e%2fb HTTP/1.1~Host: a~~
          400 | GET /a/..%5cb HTTP/1.1~Host: a~~
          400 | GET /a\\b HTTP/1.1~Host: a~~
          400 | GET / HTTP/1.1~~
          400 | GET / HTTP/1.1~Host: a~Host: a~~
          400 | GET / HTTP/1.0~Host: a~Host: b~~
          400 | GET / HTTP/1.1~Host:~~
          400 | GET / HTTP/1.1~Host: a b~~
          400 | GET / HTTP/1.1~Host: u@a~~
          400 | GET / HTTP/1.1~Host: a/b~~
          400 | GET / HTTP/1.1~Host: a:8x~~
          400 | GET / HTTP/1.1~Host: a, b~~
          400 | GET / HTTP/1.1~Host: [::1~~
          400 | GET / HTTP/1.1~Host : a~~
          400 | GET / HTTP/1.1~Host: a~Content-Length : 1~~
          400 | GET / HTTP/1.1~ Host: a~~
          400 | GET / HTTP/1.1~Host: a~X: b~ folded~~
          400 | GET / HTTP/1.1~Host: a~X: b~^tfolded~~
          400 | GET / HTTP/1.1~Host: a~: b~~
          400 | GET / HTTP/1.1~Host: a~NoColon~~
          400 | GET / HTTP/1.1~Host: a~X Y: b~~
          400 | GET / HTTP/1.1~Host: a~X^e: b~~
          400 | GET / HTTP/1.1~Host: a~X: b^0~~
          400 | GET / HTTP/1.1~Host: a~X: b^d~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: 4~Transfer-Encoding: chunked~~
          400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 0~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: 4~Content-Length: 4~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: 4~Content-Length: 5~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: 4, 4~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: +4~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: -4~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: 0x4~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: 4 4~~
          400 | POST / HTTP/1.1~Host: a~Content-Length:~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: 9999999999999999999~~
          400 | POST / HTTP/1.1~Host: a~Content_Length: 4~~
          400 | POST / HTTP/1.1~Host: a~Transfer_Encoding: chunked~~
          400 | POST / HTTP/1.0~Host: a~Transfer-Encoding: chunked~~
          400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~
          400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked, chunked~~
          400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked, identity~~
          501 | POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked~~
          501 | POST / HTTP/1.1~Host: a~Transfer-Encoding: identity~~
          501 | POST / HTTP/1.1~Host: a~Transfer-Encoding: xchunked~~
          501 | POST / HTTP/1.1~Host: a~Transfer-Encoding: "chunked"~~
          501 | POST / HTTP/1.1~Host: a~Transfer-Encoding:~~
          400 | POST / HTTP/1.1~Host: a~Transfer-Encoding: ^vchunked~~
          400 | GET / HTTP/1.1~Host: a~Connection: Host~~
          400 | POST / HTTP/1.1~Host: a~Content-Length: 4~Connection: close, content-length~~
          400 | GET / HTTP/1.1~Host: a~Connection: a b~~
          417 | POST / HTTP/1.1~Host: a~Content-Length: 4~Expect: tea~~
          """)
  void refuses(int status, String request) {
    RequestHead head = new RequestHead();
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class, () -> head.feed(Unpooled.wrappedBuffer(bytes(request))));
    assertThat(refusal).as("accepted").isNotNull();
    assertThat(refusal.status()).as(refusal.detail()).isEqualTo(status);
    assertThat(refusal.detail()).doesNotContain("\"", "\n", "\\");
  }

  @Test
  void limits() {
    String start = "GET / HTTP/1.1\r\nHost: a\r\n";
    assertThat(statusOf("GET /" + "a".repeat(8191) + " HTTP/1.1\r\nHost: a\r\n\r\n")).isZero();
    assertThat(statusOf("GET /" + "a".repeat(8192) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
        .isEqualTo(414);
    assertThat(statusOf("GET /" + "a".repeat(9000))).as("before its end").isEqualTo(414);
    assertThat(statusOf(start + "X: 1\r\n".repeat(99) + "\r\n")).isZero();
    assertThat(statusOf(start + "X: 1\r\n".repeat(100) + "\r\n")).isEqualTo(431);
    assertThat(statusOf(start + "X: " + "a".repeat(32 * 1024 - 100) + "\r\n\r\n")).isZero();
    assertThat(statusOf(start + "X: " + "a".repeat(32 * 1024) + "\r\n\r\n")).isEqualTo(431);
    assertThat(statusOf(start + "X: " + "a".repeat(40 * 1024))).as("before its end").isEqualTo(431);
    assertThat(statusOf("A".repeat(33) + " / HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo(501);
  }

  private static int statusOf(String request) {
    RequestHead head = new RequestHead();
    try {
      head.feed(Unpooled.wrappedBuffer(request.getBytes(StandardCharsets.ISO_8859_1)));
      return 0;
    } catch (Refusal refusal) {
      return refusal.status();
    }
  }

  @Test
  void takes_no_byte_of_what_follows_and_can_be_fed_in_pieces() throws Refusal {
    byte[] all = bytes("POST /x HTTP/1.1~Host: a~Content-Length: 3~~abcGET / HTTP/1.1~Host: b~~");
    RequestHead head = new RequestHead();
    int fed = 0;
    while (!head.feed(Unpooled.wrappedBuffer(all, fed, 1))) {
      fed++;
    }
    assertThat(new String(all, fed + 1, 6, StandardCharsets.US_ASCII)).isEqualTo("abcGET");
    assertThat(head.framing()).isEqualTo(Framing.LENGTH);
    assertThat(head.contentLength()).isEqualTo(3);

    ByteBuf rest = Unpooled.wrappedBuffer(all, fed + 4, all.length - fed - 4);
    head.reset();
    assertThat(head.feed(rest)).isTrue();
    assertThat(forwarded(head)).startsWith("GET / HTTP/1.1~Host: b~");
    assertThat(rest.isReadable()).isFalse();
  }

  @Test
  void tells_what_it_is() throws Refusal {
    RequestHead head = parse("HEAD /a%20b?x HTTP/1.1~Host: a~Connection: close~traceparent: t~~");
    assertThat(head.method()).isEqualTo("HEAD");
    assertThat(head.path()).isEqualTo("/a%20b");
    assertThat(head.isHead()).isTrue();
    assertThat(head.isIdempotent()).isTrue();
    assertThat(head.isKeepAlive()).isFalse();
    assertThat(head.traceparent()).isEqualTo("t");
    assertThat(parse("POST / HTTP/1.1~Host: a~~").isIdempotent()).isFalse();
    assertThat(parse("GET / HTTP/1.0~~").isKeepAlive()).isFalse();
    assertThat(parse("GET / HTTP/1.0~Connection: Keep-Alive~~").isKeepAlive()).isTrue();
    assertThat(parse("GET / HTTP/1.1~Host: a~traceparent: t~traceparent: t~~").traceparent())
        .isNull();
    assertThat(parse("GET / HTTP/1.0~Upgrade: websocket~Connection: upgrade~~").asksForWebSocket())
        .isFalse();
  }
}

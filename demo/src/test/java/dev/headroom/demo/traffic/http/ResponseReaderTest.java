package dev.headroom.demo.traffic.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseReaderTest {

  /** Gives few bytes at a time, as networks do. */
  private static final class Trickle extends InputStream {
    private final InputStream in;
    private final int most;

    Trickle(String text, int most) {
      this.in = new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return in.read(bytes, offset, Math.min(length, most));
    }
  }

  private static ResponseReader reader(String text) {
    return new ResponseReader(new Trickle(text.replace("|", "\r\n"), 10_000));
  }

  private static String body(HttpResponse response) {
    return new String(response.body(), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "HTTP/1.1 200 OK|Content-Length: 5||hello; 200; hello; true",
        "HTTP/1.1 200|content-length:5||hello; 200; hello; true",
        "HTTP/1.1 200 OK|Content-Length: 0||; 200; ``; true",
        "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 5||hello; 200; hello; true",
        "HTTP/1.1 200 OK|Content-Length: 5|Connection: close||hello; 200; hello; false",
        "HTTP/1.0 200 OK|Content-Length: 5||hello; 200; hello; false",
        "HTTP/1.0 200 OK|Content-Length: 5|Connection: Keep-Alive||hello; 200; hello; true",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0||; 200; hello; true",
        "HTTP/1.1 200 OK|Transfer-Encoding: Chunked||2|he|3 |llo|000||; 200; hello; true",
        "`HTTP/1.1 200 OK|Transfer-Encoding: chunked||2;a=\"b\"|he|A|0123456789|0|T: 1|U: 2||`;"
            + " 200; he0123456789; true",
        "HTTP/1.1 204 No Content||; 204; ``; true",
        "HTTP/1.1 304 Not Modified|Content-Length: 5||; 304; ``; true",
        "HTTP/1.1 100 Continue||HTTP/1.1 103 Early Hints|Link: x||HTTP/1.1 201"
            + " Created|Content-Length: 1||x; 201; x; true",
        "HTTP/1.1 200 OK||until the end; 200; until the end; false",
        "HTTP/1.1 503 Service Unavailable|Content-Length: 2||no; 503; no; true",
      })
  void readsAnswers(String text, int status, String expected, boolean reusable) throws IOException {
    for (int step : new int[] {10_000, 7, 1}) {
      for (boolean keep : new boolean[] {true, false}) {
        ResponseReader reader = new ResponseReader(new Trickle(text.replace("|", "\r\n"), step));
        HttpResponse response = reader.read(keep);
        assertThat(response.status()).isEqualTo(status);
        assertThat(body(response)).isEqualTo(keep ? expected : "");
        assertThat(reader.reusable()).isEqualTo(reusable);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/2 200 OK||",
        "HTTP/1.1 2000 OK||",
        "HTTP/1.1 20 OK||",
        "HTTP/1.1 099 No||",
        "SSH-2.0-OpenSSH_9|",
        "HTTP/1.1 200 OK|Content-Length: 5|Transfer-Encoding: chunked||5|hello|0||",
        "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 6||hello",
        "HTTP/1.1 200 OK|Content-Length: +5||hello",
        "HTTP/1.1 200 OK|Content-Length: 5, 5||hello",
        "HTTP/1.1 200 OK|Content-Length:||",
        "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked|Transfer-Encoding: chunked||0||",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||five|hello|0||",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||-5|hello|0||",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||4|hello|0||",
        "HTTP/1.1 200 OK|Content-Length : 5||hello",
        "HTTP/1.1 200 OK|no colon||",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 101 Switching Protocols|Upgrade: x||",
      })
  void refusesWhatIsNotHttp(String text) {
    assertThatThrownBy(() -> reader(text).read(true))
        .isInstanceOf(MalformedResponseException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK|Content-Length: 5||hell",
        "HTTP/1.1 200 OK|Content-Len",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hel",
      })
  void anAnswerThatBreaksOffIsNotAnAnswer(String text) {
    for (boolean keep : new boolean[] {true, false}) {
      ResponseReader reader = reader(text);
      assertThatThrownBy(() -> reader.read(keep)).isInstanceOf(EOFException.class);
      assertThat(reader.started()).isTrue();
    }
  }

  @Test
  void knowsWhetherAnAnswerHadBegun() throws IOException {
    ResponseReader reader = reader("HTTP/1.1 204 No Content||");
    reader.read(true);
    assertThatThrownBy(() -> reader.read(true)).isInstanceOf(EOFException.class);
    assertThat(reader.started()).isFalse();
  }

  @Test
  void readsAnswersInARow() throws IOException {
    ResponseReader reader =
        reader(
            "HTTP/1.1 200 OK|Content-Length: 3||one"
                + "HTTP/1.1 200 OK|Transfer-Encoding: chunked|X-Replica:  web-7 ||3|two|0||");
    assertThat(body(reader.read(true))).isEqualTo("one");
    // What follows was not asked for yet, so nobody should trust this connection.
    assertThat(reader.reusable()).isFalse();
    HttpResponse second = reader.read(true);
    assertThat(body(second)).isEqualTo("two");
    assertThat(second.replica()).isEqualTo("web-7");
  }

  @Test
  void headsMayBeLongerThanTheBufferButLinesMayNot() throws IOException {
    String field = "X: " + "v".repeat(4000) + "|";
    ResponseReader reader = reader("HTTP/1.1 200 OK|" + field.repeat(5) + "Content-Length: 2||ok");
    assertThat(body(reader.read(true))).isEqualTo("ok");
    assertThatThrownBy(() -> reader("HTTP/1.1 200 OK|X: " + "v".repeat(9000) + "||").read(true))
        .isInstanceOf(MalformedResponseException.class)
        .hasMessageContaining("longer than 8192");
  }

  @Test
  void largeBodiesComeWhole() throws IOException {
    String large = "0123456789".repeat(20_000);
    ResponseReader reader =
        reader("HTTP/1.1 200 OK|Content-Length: " + large.length() + "||" + large);
    assertThat(body(reader.read(true))).isEqualTo(large);
  }
}

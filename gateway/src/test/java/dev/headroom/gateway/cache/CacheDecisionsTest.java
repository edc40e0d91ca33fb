package dev.headroom.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.gateway.cache.StoredResponse.Access;
import dev.headroom.gateway.http.PathPattern;
import dev.headroom.gateway.http.RequestHead;
import dev.headroom.gateway.http.ResponseHead;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What RFC 9111 says of single requests and responses, as tables. */
class CacheDecisionsTest {
  private static final CacheRule BY_HEADERS =
      new CacheRule(PathPattern.ALL, -1, 0, false, false, false, List.of());
  private static final CacheRule WITH_TTL =
      new CacheRule(PathPattern.ALL, 30_000, 0, false, false, false, List.of());
  private static final CacheRule PER_TENANT =
      new CacheRule(PathPattern.ALL, 30_000, 0, false, true, false, List.of());
  private static final CacheRule PER_USER =
      new CacheRule(PathPattern.ALL, 30_000, 0, false, false, true, List.of());
  private static final CacheRule ASSETS =
      new CacheRule(PathPattern.ALL, -1, 0, true, false, false, List.of());

  private static RequestHead request(String fields) throws Exception {
    RequestHead head = new RequestHead();
    head.feed(
        Unpooled.copiedBuffer(
            "GET / HTTP/1.1\r\nHost: a\r\n" + lines(fields) + "\r\n", StandardCharsets.ISO_8859_1));
    return head;
  }

  private static ResponseHead response(int status, String fields) throws Exception {
    ResponseHead head = new ResponseHead();
    head.feed(
        Unpooled.copiedBuffer(
            "HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n" + lines(fields) + "\r\n",
            StandardCharsets.ISO_8859_1),
        false);
    return head;
  }

  private static String lines(String fields) {
    return fields.isEmpty() ? "" : fields.replace("~", "\r\n") + "\r\n";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          headers | 200 | ``                                   | ``               | NO
          headers | 200 | Cache-Control: max-age=60            | ``               | WITHOUT_AUTHORIZATION
          headers | 200 | Cache-Control: max-age=60            | Authorization: x | NO
          headers | 200 | Cache-Control: max-age=60, public    | Authorization: x | ALL
          headers | 200 | Cache-Control: s-maxage=60           | Authorization: x | ALL
          headers | 200 | Cache-Control: max-age=6, must-revalidate | Authorization: x | ALL
          headers | 200 | Cache-Control: max-age=60, private   | ``               | NO
          headers | 200 | Cache-Control: private="x", max-age=60 | ``             | NO
          headers | 200 | Cache-Control: max-age=60, no-store  | ``               | NO
          headers | 200 | Cache-Control: NO-STORE              | ``               | NO
          headers | 200 | Expires: Thu, 01 Jan 2099 00:00:00 GMT | ``             | WITHOUT_AUTHORIZATION
          headers | 200 | Cache-Control: max-age=60~Set-Cookie: a=b | ``          | NO
          headers | 200 | Cache-Control: max-age=60~Vary: *    | ``               | NO
          headers | 200 | Cache-Control: max-age=60~Vary: a, * | ``               | NO
          headers | 404 | Cache-Control: max-age=60            | ``               | WITHOUT_AUTHORIZATION
          headers | 500 | Cache-Control: max-age=60            | ``               | NO
          headers | 206 | Cache-Control: max-age=60            | ``               | NO
          ttl     | 200 | ``                                   | ``               | WITHOUT_CREDENTIALS
          ttl     | 200 | ``                                   | Cookie: a=b      | NO
          ttl     | 200 | ``                                   | Authorization: x | NO
          ttl     | 404 | ``                                   | ``               | NO
          ttl     | 200 | Cache-Control: private               | ``               | NO
          tenant  | 200 | ``                                   | Authorization: x | ALL
          tenant  | 200 | Cache-Control: private               | Authorization: x | NO
          tenant  | 200 | Cache-Control: no-store              | Authorization: x | NO
          tenant  | 500 | ``                                   | Authorization: x | NO
          user    | 200 | Cache-Control: private, max-age=5    | Authorization: x | ALL
          assets  | 200 | ``                                   | Cookie: a=b      | ALL
          assets  | 404 | ``                                   | ``               | NO
          """)
  void who_may_be_answered_with_a_response(
      String rule, int status, String responseFields, String requestFields, String expected)
      throws Exception {
    CacheRule its =
        switch (rule) {
          case "headers" -> BY_HEADERS;
          case "ttl" -> WITH_TTL;
          case "tenant" -> PER_TENANT;
          case "user" -> PER_USER;
          default -> ASSETS;
        };
    assertThat(
            Storability.judge(its, request(requestFields), response(status, responseFields))
                .map(Access::name)
                .orElse("NO"))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          max-age=60                    | ``                            | ``  | -1    | 60
          max-age=60, s-maxage=5        | ``                            | ``  | -1    | 5
          max-age="60"                  | ``                            | ``  | -1    | 60
          max-age=60, max-age=10        | ``                            | ``  | -1    | 10
          max-age=abc                   | ``                            | ``  | 30000 | 0
          max-age=-1                    | ``                            | ``  | 30000 | 0
          max-age=1.5                   | ``                            | ``  | -1    | 0
          max-age=99999999999999999999  | ``                            | ``  | -1    | 2147483648
          no-cache, max-age=60          | ``                            | ``  | -1    | 0
          x="a, max-age=9", max-age=3   | ``                            | ``  | -1    | 3
          ``                            | Thu, 01 Jan 2026 00:01:40 GMT | ``  | 30000 | 100
          ``                            | 0                             | ``  | 30000 | 0
          max-age=7                     | Thu, 01 Jan 2026 00:01:40 GMT | ``  | -1    | 7
          ``                            | ``                            | ``  | 30000 | 30
          ``                            | ``                            | ``  | -1    | 0
          """)
  void how_long_a_response_is_fresh(
      String control, String expires, String age, long ttl, long seconds) {
    assertThat(freshness(control, expires, age, ttl).lifetimeMillis()).isEqualTo(seconds * 1000);
  }

  private static Freshness freshness(String control, String expires, String age, long ttl) {
    return Freshness.of(
        CacheControl.parse(control),
        "Thu, 01 Jan 2026 00:00:00 GMT",
        expires.isEmpty() ? null : expires,
        age.isEmpty() ? null : age,
        ttl,
        0,
        0,
        1_767_225_600_000L,
        0);
  }

  @Test
  void age_adds_up_what_others_have_kept_it() {
    Freshness told = freshness("max-age=60", "", "50", -1);
    assertThat(told.isFresh(9_000_000_000L)).isTrue();
    assertThat(told.isFresh(10_000_000_000L)).isFalse();
    Freshness old =
        Freshness.of(
            CacheControl.parse("max-age=60"),
            "Thu, 01 Jan 2026 00:00:00 GMT",
            null,
            null,
            -1,
            0,
            0,
            1_767_225_600_000L + 61_000,
            0);
    assertThat(old.isFresh(0)).as("made 61 s ago, by its Date").isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "a"             | "a"   | true
          W/"a"           | "a"   | true
          "a"             | W/"a" | true
          "b", "a"        | "a"   | true
          "ba"            | "a"   | false
          "a"x            | "a"   | false
          *               | "a"   | true
          "A"             | "a"   | false
          """)
  void tags_compare_weakly(String list, String etag, boolean same) {
    assertThat(StoredResponse.matches(list, etag)).isEqualTo(same);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gzip, br           | br   | true
          gzip;q=0.5         | gzip | true
          br;q=0             | br   | false
          br; q=0.000        | br   | false
          GZIP               | gzip | true
          deflate            | gzip | false
          """)
  void codings_are_chosen(String field, String coding, boolean accepted) {
    assertThat(StoredResponse.accepts(field, coding)).isEqualTo(accepted);
  }

  @ParameterizedTest
  @CsvSource({
    "/assets/app.3f9c2b1a.js, true",
    "/assets/index-BxYz12Ab.css, true",
    "/assets/main_9a8b7c6d5e4f.js, true",
    "/assets/logo.svg, false",
    "/assets/jquery-3.6.0.min.js, false",
    "/assets/20240101.png, false",
    "/assets/stylesheet.css, false"
  })
  void fingerprints_are_seen(String path, boolean fingerprinted) {
    assertThat(Assets.isFingerprinted(path)).isEqualTo(fingerprinted);
  }
}

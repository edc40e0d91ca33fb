package dev.headroom.gateway;

import static dev.headroom.gateway.TestTokens.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind other proxies: the client of these tests is one, or is not trusted to be one. */
@Timeout(60)
class TrustedProxiesTest {
  private static final String TRUSTED =
      "trustedProxies: {networks: [127.0.0.0/8, 10.0.0.0/8, 2001:db8:1::/48]%s}";
  private static final String X_FORWARDED = TRUSTED.formatted("");
  private static final String FORWARDED = TRUSTED.formatted(", clientBy: forwarded");
  private static final String PROXY = TRUSTED.formatted(", clientBy: proxy-protocol");

  /* The signature, then PROXY over IPv4 TCP from 203.0.113.9:56324 to 10.0.0.1:443. */
  private static final String V2 = "0d0a0d0a000d0a515549540a";
  private static final String V2_IPV4 = V2 + "2111000c" + "cb007109" + "0a000001" + "dc0401bb";

  private final TestGateways gateways = new TestGateways();

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  /* The application answers with what it is told of the client. */
  private RawClient client(String section) throws Exception {
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              StringBuilder told = new StringBuilder();
              for (String line : request.head().split("\r\n")) {
                String lower = line.toLowerCase(java.util.Locale.ROOT);
                if (lower.startsWith("x-forwarded-") || lower.startsWith("forwarded")) {
                  told.append(line.replaceFirst("(?i)x-forwarded-", "")).append(' ');
                }
              }
              request.ok(told.toString().trim());
            });
    return gateways.client(gateways.start(section, upstream));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          203.0.113.9                             | -           | For: 203.0.113.9 Proto: http
          203.0.113.9                             | https       | For: 203.0.113.9 Proto: https
          203.0.113.9                             | http, https | For: 203.0.113.9 Proto: https
          203.0.113.9                             | gopher      | For: 203.0.113.9 Proto: http
          203.0.113.9:4711                        | -           | For: 203.0.113.9 Proto: http
          [2001:db8::7]:4711                      | -           | For: 2001:db8:0:0:0:0:0:7 Proto: http
          6.6.6.6, 203.0.113.9, 10.0.0.5          | -           | For: 203.0.113.9 Proto: http
          6.6.6.6, 203.0.113.9                    | -           | For: 203.0.113.9 Proto: http
          203.0.113.9, 2001:db8:1::2, 10.0.0.5    | -           | For: 203.0.113.9 Proto: http
          10.0.0.7, 10.0.0.5                      | -           | For: 10.0.0.7 Proto: http
          6.6.6.6, what, 10.0.0.5                 | -           | For: 10.0.0.5 Proto: http
          what                                    | -           | For: 127.0.0.1 Proto: http
          203.0.113.9,                            | -           | For: 127.0.0.1 Proto: http
          -                                       | https       | For: 127.0.0.1 Proto: https
          """)
  void a_trusted_proxys_list_is_read_from_its_end(String list, String scheme, String told)
      throws Exception {
    String fields =
        (list == null ? "" : "X-Forwarded-For: " + list + "\r\n")
            + (scheme == null ? "" : "X-Forwarded-Proto: " + scheme + "\r\n")
            // Of no consequence here, and so not passed on either.
            + "Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-Host: evil.example\r\n";

    assertThat(client(X_FORWARDED).send(request("GET", "/", fields)).read().body()).isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          for=203.0.113.9                                  | For: 203.0.113.9 Proto: http
          For="203.0.113.9:80";proto=https;by=10.0.0.1     | For: 203.0.113.9 Proto: https
          for="[2001:db8::7]:_x"; proto=HTTPS              | For: 2001:db8:0:0:0:0:0:7 Proto: https
          for=6.6.6.6, for=203.0.113.9;proto=https,for=10.0.0.5 | For: 203.0.113.9 Proto: https
          for=_hidden, for=10.0.0.5                        | For: 10.0.0.5 Proto: http
          for=unknown                                      | For: 127.0.0.1 Proto: http
          for="6.6.6.6", for="a\\", for=203.0.113.9         | For: 127.0.0.1 Proto: http
          for=6.6.6.6;for=203.0.113.9                      | For: 127.0.0.1 Proto: http
          host="a, for=6.6.6.6";for=203.0.113.9            | For: 203.0.113.9 Proto: http
          """)
  void the_forwarded_field_is_read_from_its_end(String field, String told) throws Exception {
    String fields = "Forwarded: " + field + "\r\nX-Forwarded-For: 6.6.6.6\r\n";

    assertThat(client(FORWARDED).send(request("GET", "/", fields)).read().body()).isEqualTo(told);
  }

  @Test
  void nobody_else_is_believed() throws Exception {
    RawClient client = client("trustedProxies: {networks: [10.0.0.0/8]}");
    String fields = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n";

    assertThat(client.send(request("GET", "/", fields)).read().body())
        .isEqualTo("For: 127.0.0.1 Proto: http");
  }

  @Test
  void each_request_of_a_proxys_connection_has_its_own_client_and_limit() throws Exception {
    RawClient client = client(X_FORWARDED + "\nrateLimits: [{key: ip, requests: 1/h}]");

    for (int wanted : new int[] {200, 429}) {
      for (String address : new String[] {"203.0.113.9", "203.0.113.10", "2001:db8:2::1"}) {
        RawClient.Response response =
            client.send(request("GET", "/", "X-Forwarded-For: " + address + "\r\n")).read();
        assertThat(response.status()).isEqualTo(wanted);
      }
    }
    String neighbour = "X-Forwarded-For: 2001:db8:2:0:ffff::9\r\n";
    assertThat(client.send(request("GET", "/", neighbour)).read().status())
        .as("of the same /64")
        .isEqualTo(429);
    assertThat(client.get("/").status()).as("the proxy itself").isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PROXY TCP4 203.0.113.9 10.0.0.1 56324 443    | For: 203.0.113.9 Proto: http
          PROXY TCP6 2001:db8::7 2001:db8::1 56324 443 | For: 2001:db8:0:0:0:0:0:7 Proto: http
          PROXY UNKNOWN                                | For: 127.0.0.1 Proto: http
          """)
  void a_proxy_header_of_version_1_names_the_client(String header, String told) throws Exception {
    RawClient client = client(PROXY);

    client.send(header + "\r\n" + request("GET", "/", "X-Forwarded-For: 6.6.6.6\r\n"));
    assertThat(client.read().body()).isEqualTo(told);
    assertThat(client.get("/").body()).as("for the whole connection").isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource({
    V2_IPV4 + ", For: 203.0.113.9 Proto: http",
    // With the TLV of a client that came over TLS.
    V2
        + "21110014cb0071090a000001dc0401bb"
        + "200005"
        + "0100000000, For: 203.0.113.9 Proto: https",
    // LOCAL: the proxy's own health check.
    V2 + "20000000, For: 127.0.0.1 Proto: http"
  })
  void a_proxy_header_of_version_2_names_the_client(String header, String told) throws Exception {
    RawClient client = client(PROXY);

    for (byte each : HexFormat.of().parseHex(header)) {
      client.socket().getOutputStream().write(each);
    }
    assertThat(client.get("/").body()).isEqualTo(told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PROXY TCP4 203.0.113.9 10.0.0.1 56324\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PROXY TCP4 what 10.0.0.1 56324 443\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PROXY TCP4 203.0.113.9 10.0.0.1 99999 443\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
      })
  void a_trusted_proxy_without_a_proper_header_gets_no_answer(String sent) throws Exception {
    RawClient client = client(PROXY);

    client.send(sent);
    assertThat(ended(client)).isTrue();
  }

  @Test
  void a_proxy_header_of_anybody_else_is_a_bad_request() throws Exception {
    for (String section : new String[] {"", PROXY.replace("127.0.0.0/8, ", ""), X_FORWARDED}) {
      RawClient client = client(section);
      client.send("PROXY TCP4 203.0.113.9 10.0.0.1 56324 443\r\n" + request("GET", "/", ""));
      assertThat(client.read().status()).isEqualTo(400);
      RawClient binary = client(section);
      binary
          .socket()
          .getOutputStream()
          .write(
              (new String(HexFormat.of().parseHex(V2_IPV4), StandardCharsets.ISO_8859_1)
                      + request("GET", "/", ""))
                  .getBytes(StandardCharsets.ISO_8859_1));
      assertThat(binary.read().status()).isEqualTo(400);
    }
  }

  private static boolean ended(RawClient client) {
    try {
      return client.isEnded();
    } catch (IOException e) {
      return e instanceof java.net.SocketException; // Reset, since not all was read.
    }
  }
}

package dev.headroom.gateway;

import static dev.headroom.gateway.TestTokens.IDENTITY;
import static dev.headroom.gateway.TestTokens.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessLogTest {
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z";
  private static final String FIELDS =
      "Referer: https://a.example/x\"y\r\nUser-Agent: Test/1 (\u00fc)\r\n";

  private final TestGateways gateways = new TestGateways();
  @TempDir private Path folder;

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  private Gateway gateway(String format, String more) {
    RawUpstream upstream = gateways.upstream(request -> request.ok("hello"));
    return gateways.start(section(format, more), upstream);
  }

  private String section(String format, String more) {
    return "accessLog: {format: %s, file: %s}\n%s".formatted(format, file(), more);
  }

  private Path file() {
    return folder.resolve("access.log");
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(file());
  }

  @Test
  void json_says_who_asked_for_what_and_how_it_went() throws Exception {
    Gateway gateway = gateway("json", IDENTITY + "\ncache: [{path: /c}]");
    RawClient client = gateways.client(gateway);
    String token = "Authorization: Bearer " + TestTokens.token(4, 7) + "\r\n";
    client.send(request("GET", "/users/17?q=%22a", FIELDS + token)).read();
    client.send(request("GET", "/c", "")).read();
    gateway.close();

    assertThat(lines()).hasSize(2);
    assertThat(lines().getFirst())
        .matches(
            "\\{\"time\":\""
                + TIME
                + "\",\"client\":\"127\\.0\\.0\\.1\",\"tenant\":\"7\",\"user\":\"4\""
                + ",\"host\":\"a\\.example\",\"method\":\"GET\",\"target\":\"/users/17\\?q=%22a\""
                + ",\"protocol\":\"HTTP/1\\.1\",\"route\":\"/users/\\{id\\}\",\"service\":\"web\""
                + ",\"instance\":\"web-0\",\"status\":200,\"requestBytes\":0,\"responseBytes\":5"
                + ",\"durationMillis\":\\d+\\.\\d{3},\"upstreamMillis\":\\d+\\.\\d{3}"
                + ",\"referer\":\"https://a\\.example/x\\\\\"y\""
                + ",\"userAgent\":\"Test/1 \\(\\\\u00fc\\)\",\"traceId\":\"[0-9a-f]{32}\"\\}");
    assertThat(lines().getLast()).contains("\"cache\":\"miss\"").doesNotContain("\"user\"");
  }

  @Test
  void common_and_combined_are_what_tools_know() throws Exception {
    String common =
        "127\\.0\\.0\\.1 - 4 \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d \\+0000\\] "
            + "\"GET /a\\?b HTTP/1\\.1\" 200 5";
    String token = "Authorization: Bearer " + TestTokens.token(4, 7) + "\r\n";
    for (String format : List.of("common", "combined")) {
      Files.deleteIfExists(file());
      Gateway gateway = gateway(format, IDENTITY);
      RawClient client = gateways.client(gateway);
      client.send(request("GET", "/a?b", FIELDS + token)).read();
      client.send(request("HEAD", "/", "")).read(true);
      gateway.close();

      String combined = " \"https://a\\.example/x\\\\\"y\" \"Test/1 \\(\\\\xfc\\)\"";
      assertThat(lines().getFirst()).matches(common + (format.equals("common") ? "" : combined));
      assertThat(lines().getLast())
          .contains(" - - [")
          .endsWith("200 -" + (format.equals("common") ? "" : " \"-\" \"-\""));
    }
  }

  @Test
  void the_client_is_the_one_that_a_trusted_proxy_names() throws Exception {
    Gateway gateway = gateway("common", "trustedProxies: {networks: [127.0.0.1]}");
    String fields = "X-Forwarded-For: 2001:db8::7\r\n";
    gateways.client(gateway).send(request("GET", "/", fields)).read();
    gateway.close();

    assertThat(lines().getFirst()).startsWith("2001:db8:0:0:0:0:0:7 - - [");
  }

  @Test
  void a_changed_document_moves_it_and_loses_no_line() throws Exception {
    Gateway gateway = gateway("common", "");
    RawClient client = gateways.client(gateway);
    client.get("/1");
    TestGateways.await(() -> gateways.exchanges.size() == 1);
    String next = section("json", "").replace("access.log", "other.log");
    gateway.apply(TestApps.parsed(section("common", "")), TestApps.parsed(next));
    client.get("/2");
    TestGateways.await(() -> gateways.exchanges.size() == 2);
    gateway.apply(TestApps.parsed(next), TestApps.parsed(""));
    client.get("/3");
    gateway.close();

    assertThat(lines()).hasSize(1).first().asString().contains("GET /1 ");
    assertThat(folder.resolve("other.log")).content().contains("\"/2\"").hasLineCount(1);
  }

  @Test
  void what_is_no_request_has_a_line_too() throws Exception {
    Gateway gateway = gateway("common", "");
    assertThat(gateways.client(gateway).send("what\r\n\r\n").read().status()).isEqualTo(400);
    gateway.close();

    assertThat(lines()).hasSize(1);
    assertThat(lines().getFirst()).startsWith("127.0.0.1 - - [").contains("\"_OTHER - -\" 400 ");
  }

  @Test
  void pipelined_requests_each_have_their_own_line() throws Exception {
    Gateway gateway = gateway("common", "");
    RawClient client = gateways.client(gateway);
    client.send(request("GET", "/1", "") + request("GET", "/2", "") + request("GET", "/3", ""));
    for (int i = 0; i < 3; i++) {
      client.read();
    }
    gateway.close();

    assertThat(lines())
        .extracting(line -> line.replaceAll(".*GET (\\S+) .*", "$1"))
        .containsExactly("/1", "/2", "/3");
  }
}

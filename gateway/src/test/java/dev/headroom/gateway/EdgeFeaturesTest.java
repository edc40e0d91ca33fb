package dev.headroom.gateway;

import static dev.headroom.gateway.TestTokens.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.signals.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TLS, affinity, ejection and hash balancing over real sockets. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // HTTP has CRLF, text blocks have LF.
class EdgeFeaturesTest {
  private final TestGateways gateways = new TestGateways();

  @AfterEach
  void close() throws Exception {
    gateways.close();
  }

  private RawUpstream named(String name) {
    return gateways.upstream(request -> request.ok(name));
  }

  /** Waits until the health checks have seen all of them. */
  private Gateway healthy(Gateway gateway) throws InterruptedException {
    TestGateways.await(() -> gateway.check() instanceof dev.headroom.base.Health.Up);
    return gateway;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = EdgeFeaturesTest.class.getResourceAsStream("/tls/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private static String tls(String more) throws IOException {
    return "tls:\n  listen: 0\n"
        + more
        + "  certificates:\n"
        + certificate("first")
        + certificate("second");
  }

  private static String certificate(String name) throws IOException {
    return "    - certificate: |\n"
        + resource(name + ".pem").indent(8)
        + "      key: |\n"
        + resource(name + ".key").indent(8);
  }

  private record Secure(String certificate, String answer) {}

  private static Secure get(Gateway gateway, String host, String path) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    var address = gateway.secureAddress().orElseThrow();
    try (SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host)));
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return new Secure(certificate.getSubjectX500Principal().getName(), answer);
    }
  }

  /** The tests look at the certificate themselves. */
  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Test
  void https_with_a_certificate_by_name() throws Exception {
    RawUpstream upstream = named("web");
    Gateway gateway = gateways.start(tls("  hsts: 180d\n"), upstream);

    Secure first = get(gateway, "elsewhere.example", "/");
    assertThat(first.certificate).isEqualTo("CN=first.example");
    assertThat(first.answer)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("\r\nStrict-Transport-Security: max-age=15552000\r\n")
        .endsWith("\r\n\r\nweb");
    assertThat(get(gateway, "second.example", "/").certificate).isEqualTo("CN=second.example");
    assertThat(get(gateway, "a.second.example", "/").certificate).isEqualTo("CN=second.example");
    assertThat(upstream.heads.element()).contains("\r\nX-Forwarded-Proto: https\r\n");
    RawClient plain = gateways.client(gateway);
    assertThat(plain.get("/").hasField("Strict-Transport-Security")).isFalse();
  }

  @Test
  void a_large_body_is_whole_over_tls_and_a_cut_one_is_seen() throws Exception {
    String large = "x".repeat(3_000_000);
    RawUpstream upstream =
        gateways.upstream(
            request -> {
              if (request.line().contains("/cut")) {
                request.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
                request.socket().setSoLinger(true, 0);
                request.socket().close();
              } else {
                request.ok(large);
              }
            });
    Gateway gateway = gateways.start(tls(""), upstream);

    assertThat(get(gateway, "first.example", "/").answer).endsWith("\r\n\r\n" + large);
    assertThatThrownBy(() -> get(gateway, "first.example", "/cut")).isInstanceOf(IOException.class);
  }

  @Test
  void plain_http_is_sent_to_https() throws Exception {
    Gateway gateway = gateways.start(tls("  redirect: true\n"), named("web"));

    RawClient.Response moved = gateways.client(gateway).get("/a?b=c");

    assertThat(moved.status()).isEqualTo(308);
    int port = gateway.secureAddress().orElseThrow().getPort();
    assertThat(moved.has("Location: https://a.example:" + port + "/a?b=c")).isTrue();
  }

  @Test
  void certificates_change_while_it_runs_and_a_wrong_one_is_told() throws Exception {
    String old = tls("");
    Gateway gateway = gateways.start(old, named("web"));
    String next = "tls:\n  listen: 0\n  certificates:\n" + certificate("second");
    gateway.apply(TestApps.parsed(old), TestApps.parsed(next));
    assertThat(get(gateway, "first.example", "/").certificate).isEqualTo("CN=second.example");

    String wrong = "tls:\n  listen: 0\n  certificates: [{certificate: none, key: my-private-key}]";
    assertThatThrownBy(() -> gateway.apply(TestApps.parsed(next), TestApps.parsed(wrong)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("spec.gateway.tls.certificates[0]")
        .hasMessageNotContaining("my-private-key");
    assertThat(get(gateway, "first.example", "/").certificate).isEqualTo("CN=second.example");
  }

  private static String cookie(RawClient.Response response) {
    var matcher = Pattern.compile("(?i)set-cookie: (hr=[0-9a-f]+);").matcher(response.head());
    return matcher.find() ? matcher.group(1) : "";
  }

  @Test
  void a_caller_stays_on_his_replica_until_it_goes() throws Exception {
    RawUpstream[] upstreams = {named("0"), named("1"), named("2")};
    Gateway gateway = healthy(gateways.start("affinity: {paths: [/ws/**], cookie: hr}", upstreams));
    RawClient client = gateways.client(gateway);
    assertThat(client.get("/other").hasField("Set-Cookie")).isFalse();
    RawClient.Response first = client.get("/ws/a");
    String cookie = cookie(first);
    assertThat(cookie).isNotEmpty();

    for (int i = 0; i < 30; i++) {
      RawClient.Response again =
          client.send(request("GET", "/ws/a", "Cookie: x=y; " + cookie + "\r\n")).read();
      assertThat(again.body()).isEqualTo(first.body());
      assertThat(again.hasField("Set-Cookie")).isFalse();
    }
    gateway.replicas(
        "web",
        Set.of(0, 1, 2).stream()
            .filter(i -> !first.body().equals("" + i))
            .map(i -> upstreams[i].replica("web-" + i))
            .toList());
    RawClient.Response moved =
        client.send(request("GET", "/ws/a", "Cookie: " + cookie + "\r\n")).read();
    assertThat(moved.body()).isNotEqualTo(first.body());
    assertThat(cookie(moved)).isNotEmpty().isNotEqualTo(cookie);
  }

  @Test
  void callers_are_spread_by_hash_and_stay() throws Exception {
    RawUpstream[] upstreams = {named("0"), named("1"), named("2"), named("3")};
    Gateway gateway = healthy(gateways.start(TestTokens.IDENTITY + "\nbalance: hash", upstreams));
    RawClient client = gateways.client(gateway);
    Set<String> used = ConcurrentHashMap.newKeySet();
    for (int user = 0; user < 40; user++) {
      String first = client.send(TestTokens.get("/", user, 1)).read().body();
      used.add(first);
      assertThat(client.send(TestTokens.get("/x", user, 1)).read().body()).isEqualTo(first);
    }
    assertThat(used).hasSize(4);
  }

  @Test
  void a_replica_that_fails_five_times_running_is_taken_out() throws Exception {
    AtomicInteger failed = new AtomicInteger();
    RawUpstream bad =
        gateways.upstream(
            request -> {
              failed.incrementAndGet();
              request.send("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
            });
    RawUpstream good = named("good");
    Gateway gateway =
        healthy(
            gateways.start(
                TestApps.parsed("balance: round-robin"),
                TimeSource.system(),
                Gateway.Options.defaults(),
                bad,
                good));
    TestGateways.await(() -> good.healthy);
    RawClient client = gateways.client(gateway);

    for (int i = 0; i < 100; i++) {
      client.get("/");
    }

    assertThat(failed).hasValueBetween(5, 6);
    assertThat(gateways.telemetry.stream().flatMap(each -> each.logs().stream()))
        .anySatisfy(
            event -> {
              assertThat(event.eventName()).isEqualTo(Vocabulary.EVENT_EJECTION);
              assertThat(event.attributes().toString()).contains("web-0");
            });
  }
}

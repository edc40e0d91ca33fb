package dev.headroom.gateway;

import static dev.headroom.gateway.TestTokens.base64;
import static dev.headroom.gateway.TestTokens.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.headroom.base.Health;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tokens that an identity provider has signed, whose keys are fetched. */
@Timeout(60)
class JwksTest {
  private final TestGateways gateways = new TestGateways();
  private final KeyPair pair = pair();
  private HttpServer provider;

  JwksTest() throws Exception {
    provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.createContext(
        "/jwks",
        exchange -> {
          byte[] body = jwks().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    provider.start();
  }

  @AfterEach
  void close() throws Exception {
    gateways.close();
    provider.stop(0);
  }

  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  private String jwks() {
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    return "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k1\",\"alg\":\"RS256\",\"use\":\"sig\",\"n\":\"%s\","
            .formatted(number(key.getModulus()))
        + "\"e\":\"%s\"}]}".formatted(number(key.getPublicExponent()));
  }

  private static String number(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return base64(bytes[0] == 0 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  private static String unsigned(String algorithm, String audience) {
    return base64("{\"alg\":\"%s\",\"kid\":\"k1\"}".formatted(algorithm))
        + "."
        + base64(
            "{\"sub\":\"u1\",\"iss\":\"me\",\"aud\":\"%s\",\"exp\":%d}"
                .formatted(audience, Instant.now().getEpochSecond() + 600));
  }

  private String signed(String audience) throws Exception {
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(pair.getPrivate());
    String text = unsigned("RS256", audience);
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    return text + "." + base64(signature.sign());
  }

  /** The public key taken for an HMAC secret: the classic confusion of algorithms. */
  private String confused() throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(pair.getPublic().getEncoded(), "HmacSHA256"));
    String text = unsigned("HS256", "app");
    return text + "." + base64(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private int status(RawClient client, String token) throws Exception {
    return client
        .send(request("GET", "/", "Authorization: Bearer " + token + "\r\n"))
        .read()
        .status();
  }

  private Gateway start(int port) {
    return gateways.start(
        """
        identity: {jwt: {jwksUrl: "http://127.0.0.1:%d/jwks", issuer: me, audience: app}}
        rateLimits: [{fallback: ip, requests: 1/h}]
        """
            .formatted(port),
        gateways.upstream(request -> request.ok("ok")));
  }

  @Test
  void what_the_provider_has_signed_is_verified() throws Exception {
    RawClient client = gateways.client(start(provider.getAddress().getPort()));

    assertThat(status(client, signed("app"))).isEqualTo(200);
    assertThat(client.get("/").status()).as("the address has its own").isEqualTo(200);
    assertThat(status(client, signed("app"))).isEqualTo(429);
    assertThat(status(client, signed("other"))).as("another audience is no user").isEqualTo(429);
    assertThat(status(client, confused())).isEqualTo(429);
    String token = signed("app");
    assertThat(status(client, token.substring(0, token.length() - 4) + "AAAA")).isEqualTo(429);
  }

  @Test
  void a_listener_hears_who_asked_as_far_as_it_is_verified() throws Exception {
    Gateway gateway =
        gateways.start(TestTokens.IDENTITY, gateways.upstream(request -> request.ok("ok")));
    RawClient client = gateways.client(gateway);

    status(client, TestTokens.token(7, 3));
    status(client, TestTokens.signed("another secret", 8, 3, Long.MAX_VALUE / 4));
    TestGateways.await(() -> gateways.exchanges.size() == 2);

    assertThat(gateways.callers).containsExactly("3/7", "/");
  }

  @Test
  void a_provider_that_is_away_is_told_and_nobody_is_verified() throws Exception {
    int port = provider.getAddress().getPort();
    provider.stop(0);
    Gateway gateway = start(port);
    RawClient client = gateways.client(gateway);

    assertThat(client.get("/").status()).isEqualTo(200);
    assertThat(status(client, signed("app"))).as("counts as the address").isEqualTo(429);
    TestGateways.await(
        () ->
            gateway.check() instanceof Health.Degraded(String reason)
                && reason.contains("identity: http://127.0.0.1"));
  }
}

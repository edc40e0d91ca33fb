package dev.headroom.gateway;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** JSON Web Tokens, made by hand so that nothing is verified with what made it. */
final class TestTokens {
  static final String SECRET = "headroom-demo-secret";
  static final String IDENTITY =
      "identity: {jwt: {secret: " + SECRET + ", user: sub, tenant: org}}";

  private TestTokens() {}

  /** Holds for an hour. */
  static String token(long user, long tenant) {
    return signed(SECRET, user, tenant, Instant.now().getEpochSecond() + 3600);
  }

  static String signed(String secret, long user, long tenant, long expires) {
    String unsigned =
        base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
            + "."
            + base64(
                "{\"iss\":\"headroom-demo\",\"sub\":\"%d\",\"org\":%d,\"exp\":%d}"
                    .formatted(user, tenant, expires));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return unsigned + "." + base64(mac.doFinal(unsigned.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** A request by that user. */
  static String get(String path, long user, long tenant) {
    return request("GET", path, "Authorization: Bearer " + token(user, tenant) + "\r\n");
  }

  static String request(String method, String path, String fields) {
    return method + " " + path + " HTTP/1.1\r\nHost: a.example\r\n" + fields + "\r\n";
  }
}

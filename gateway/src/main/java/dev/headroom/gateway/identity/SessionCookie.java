package dev.headroom.gateway.identity;

import dev.headroom.spec.IdentitySpec.SessionSpec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A cookie that the application signs as Express does: {@code s:VALUE.SIGNATURE}, percent-encoded,
 * the signature being the value's HMAC-SHA256 in Base64 without padding, of either alphabet.
 * Thread-safe.
 */
final class SessionCookie {
  private static final int LONGEST = 4096;
  private static final int LONGEST_VALUE = 256;

  private final String name;
  private final SecretKeySpec key;

  SessionCookie(SessionSpec spec, String secret) {
    this.name = spec.cookie();
    this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
  }

  String name() {
    return name;
  }

  /** The value; empty when the signature does not hold. */
  Optional<String> verify(byte[] bytes, int from, int to) {
    if (to - from > LONGEST) {
      return Optional.empty();
    }
    String text = decoded(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
    if (text.startsWith("s:")) {
      text = text.substring(2);
    }
    int point = text.lastIndexOf('.');
    if (point <= 0 || point > LONGEST_VALUE) {
      return Optional.empty();
    }
    String value = text.substring(0, point);
    String signature = text.substring(point + 1).replace('+', '-').replace('/', '_');
    String right = Base64.getUrlEncoder().withoutPadding().encodeToString(sign(value));
    boolean holds =
        MessageDigest.isEqual(
            signature.getBytes(StandardCharsets.ISO_8859_1),
            right.getBytes(StandardCharsets.ISO_8859_1));
    return holds ? Optional.of(value) : Optional.empty();
  }

  private byte[] sign(String value) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(value.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
    }
  }

  /* Percent-encoding of single bytes; what is no such encoding stays, and will not be signed. */
  private static String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    StringBuilder decoded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (text.charAt(i) == '%' && high >= 0 && low >= 0) {
        decoded.append((char) (high << 4 | low));
        i += 2;
      } else {
        decoded.append(text.charAt(i));
      }
    }
    return decoded.toString();
  }
}

package dev.headroom.demo.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Salted SHA-256, one round: cheap on purpose, because every account of this demonstration has the
 * same published password. Never do this for real ones.
 */
public final class Passwords {
  public static final String DEMO = "demo";

  private Passwords() {}

  public static String hash(String salt, String password) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((salt + ":" + password).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public static boolean matches(String salt, String password, String hash) {
    return MessageDigest.isEqual(
        hash(salt, password).getBytes(StandardCharsets.US_ASCII),
        hash.getBytes(StandardCharsets.US_ASCII));
  }
}

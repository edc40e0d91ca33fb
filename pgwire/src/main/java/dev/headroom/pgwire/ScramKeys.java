package dev.headroom.pgwire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What SCRAM-SHA-256 derives from a password, a salt and an iteration count. The derivation costs
 * milliseconds: keep it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5802#section-3">RFC 5802, section 3</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7677">RFC 7677</a>
 */
public final class ScramKeys {
  private final Bytes salt;
  private final int iterations;
  private final byte[] clientKey;
  private final byte[] storedKey;
  private final byte[] serverKey;

  private ScramKeys(Bytes salt, int iterations, byte[] saltedPassword) {
    this.salt = salt;
    this.iterations = iterations;
    this.clientKey = hmac(saltedPassword, "Client Key");
    this.storedKey = sha256(clientKey);
    this.serverKey = hmac(saltedPassword, "Server Key");
  }

  public static ScramKeys derive(String password, Bytes salt, int iterations) {
    // SASLprep (RFC 4013) maps to NFKC; PostgreSQL takes what it cannot prepare as it is.
    String prepared = Normalizer.normalize(password, Normalizer.Form.NFKC);
    byte[] salted = pbkdf2(prepared.getBytes(StandardCharsets.UTF_8), salt.toArray(), iterations);
    return new ScramKeys(salt, iterations, salted);
  }

  public Bytes salt() {
    return salt;
  }

  public int iterations() {
    return iterations;
  }

  byte[] clientProof(String authMessage) {
    return xor(clientKey, hmac(storedKey, authMessage));
  }

  byte[] serverSignature(String authMessage) {
    return hmac(serverKey, authMessage);
  }

  boolean verifies(byte[] proof, String authMessage) {
    return proof.length == storedKey.length
        && MessageDigest.isEqual(storedKey, sha256(xor(proof, hmac(storedKey, authMessage))));
  }

  /* Hi() of RFC 5802. The JDK's PBKDF2 takes characters, and would encode them as UTF-8 again. */
  private static byte[] pbkdf2(byte[] password, byte[] salt, int iterations) {
    try {
      char[] ascii = new char[password.length];
      boolean isAscii = true;
      for (int i = 0; i < password.length; i++) {
        ascii[i] = (char) (password[i] & 0x7f);
        isAscii &= password[i] >= 0;
      }
      if (isAscii && password.length > 0) {
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(ascii, salt, iterations, 256))
            .getEncoded();
      }
      Mac mac = mac(password);
      mac.update(salt);
      byte[] u = mac.doFinal(new byte[] {0, 0, 0, 1});
      byte[] result = u;
      for (int i = 1; i < iterations; i++) {
        u = mac.doFinal(u);
        result = xor(result, u);
      }
      return result;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2WithHmacSHA256", e);
    }
  }

  private static byte[] hmac(byte[] key, String message) {
    return mac(key).doFinal(message.getBytes(StandardCharsets.UTF_8));
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      // An empty key is allowed by HMAC, not by SecretKeySpec; zero bytes are the same key.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static byte[] sha256(byte[] input) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] xor(byte[] a, byte[] b) {
    byte[] result = new byte[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = (byte) (a[i] ^ b[i]);
    }
    return result;
  }
}

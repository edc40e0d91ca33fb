package dev.headroom.pgwire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

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
  /* Null when only a verifier is known. */
  private final byte @Nullable [] clientKey;
  private final byte[] storedKey;
  private final byte[] serverKey;

  private ScramKeys(
      Bytes salt, int iterations, byte @Nullable [] clientKey, byte[] storedKey, byte[] serverKey) {
    this.salt = salt;
    this.iterations = iterations;
    this.clientKey = clientKey;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  public static ScramKeys derive(String password, Bytes salt, int iterations) {
    // SASLprep (RFC 4013) maps to NFKC; PostgreSQL takes what it cannot prepare as it is.
    String prepared = Normalizer.normalize(password, Normalizer.Form.NFKC);
    byte[] salted = pbkdf2(prepared.getBytes(StandardCharsets.UTF_8), salt.toArray(), iterations);
    byte[] clientKey = hmac(salted, "Client Key");
    return new ScramKeys(
        salt, iterations, clientKey, sha256(clientKey), hmac(salted, "Server Key"));
  }

  /** What a server keeps: verifies proofs, and makes none. */
  static ScramKeys verifier(Bytes salt, int iterations, byte[] storedKey, byte[] serverKey) {
    return new ScramKeys(salt, iterations, null, storedKey.clone(), serverKey.clone());
  }

  /** Keys that no proof fits, for the exchange with a user that there is not. */
  public static ScramKeys unprovable(Bytes salt, int iterations) {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return verifier(salt, iterations, random, random);
  }

  /** Can a client prove itself with these? */
  public boolean canProve() {
    return clientKey != null;
  }

  public Bytes salt() {
    return salt;
  }

  public int iterations() {
    return iterations;
  }

  /** Are both of one password, salt and count? */
  public boolean isSamePassword(ScramKeys other) {
    return iterations == other.iterations
        && salt.equals(other.salt)
        && MessageDigest.isEqual(storedKey, other.storedKey);
  }

  byte[] clientProof(String authMessage) throws ProtocolException {
    byte[] key = clientKey;
    if (key == null) {
      throw new ProtocolException("SCRAM: only a verifier of the password is known");
    }
    return xor(key, hmac(storedKey, authMessage));
  }

  byte[] serverSignature(String authMessage) {
    return hmac(serverKey, authMessage);
  }

  /** These with what the client's proof has told; empty when the proof is wrong. */
  Optional<ScramKeys> verified(byte[] proof, String authMessage) {
    if (proof.length != storedKey.length) {
      return Optional.empty();
    }
    byte[] key = xor(proof, hmac(storedKey, authMessage));
    return MessageDigest.isEqual(storedKey, sha256(key))
        ? Optional.of(new ScramKeys(salt, iterations, key, storedKey, serverKey))
        : Optional.empty();
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

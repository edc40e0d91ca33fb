package dev.headroom.pgwire;

import java.util.Base64;
import java.util.Locale;

/** How a user's password is known, in the forms that PostgreSQL keeps it in. */
public sealed interface Credential {

  /** The password itself: it proves the user to any server. */
  record Password(String text) implements Credential {
    @Override
    public String toString() {
      return "password (redacted)";
    }
  }

  /**
   * {@code md5} and 32 hexadecimal digits of the MD5 of password and user name; proves the user to
   * servers that ask for MD5.
   */
  record Md5(String hash) implements Credential {
    @Override
    public String toString() {
      return "MD5 hash (redacted)";
    }
  }

  /**
   * {@code SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey}: enough to verify a client, whose
   * proof then tells what proves it to servers with the same verifier.
   */
  record Verifier(ScramKeys keys) implements Credential {
    @Override
    public String toString() {
      return "SCRAM verifier (redacted)";
    }
  }

  /**
   * Reads one of the forms; what is neither of the other two is a password.
   *
   * @throws IllegalArgumentException when a SCRAM verifier is damaged
   */
  static Credential parse(String secret) {
    if (secret.startsWith("SCRAM-SHA-256$")) {
      return new Verifier(verifier(secret));
    }
    if (secret.toLowerCase(Locale.ROOT).matches("md5[0-9a-f]{32}")) {
      return new Md5(secret.toLowerCase(Locale.ROOT));
    }
    return new Password(secret);
  }

  private static ScramKeys verifier(String secret) {
    String[] parts = secret.split("[$:]", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException(
          "SCRAM verifier of "
              + parts.length
              + " parts (expected: SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey)");
    }
    Base64.Decoder base64 = Base64.getDecoder();
    return ScramKeys.verifier(
        Bytes.of(base64.decode(parts[2])),
        Integer.parseInt(parts[1]),
        base64.decode(parts[3]),
        base64.decode(parts[4]));
  }
}

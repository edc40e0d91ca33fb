package dev.headroom.router.session;

import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.ScramKeys;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * A user that may log in.
 *
 * @param keys to verify a client by SCRAM; empty when only an MD5 hash is known
 */
record KnownUser(Credential credential, Optional<ScramKeys> keys) {
  private static final int SCRAM_ITERATIONS = 4096;

  /** Derives the keys of a password, which takes milliseconds. */
  static KnownUser of(Credential credential, Bytes salt) {
    return new KnownUser(
        credential,
        switch (credential) {
          case Credential.Password password ->
              Optional.of(ScramKeys.derive(password.text(), salt, SCRAM_ITERATIONS));
          case Credential.Verifier verifier -> Optional.of(verifier.keys());
          case Credential.Md5 hash -> Optional.empty();
        });
  }

  /**
   * Keys that nothing proves: an unknown user goes through the same exchange with the same salt
   * each time, so that names cannot be told apart.
   */
  static ScramKeys nobody(String user, Bytes secret) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(secret.toArray());
      byte[] digest = sha.digest(Bytes.of(user).toArray());
      return ScramKeys.unprovable(Bytes.of(Arrays.copyOf(digest, 16)), SCRAM_ITERATIONS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

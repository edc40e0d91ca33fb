package dev.headroom.router.pool;

import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.ScramKeyCache;
import dev.headroom.pgwire.ScramKeys;
import dev.headroom.pgwire.ServerLogin;

/**
 * A database and a user, whose clients share server connections, and what proves the user to the
 * servers. Thread-safe; there is one of each pair, see {@link Logins}.
 */
public final class Login {
  private final String database;
  private final String user;
  /* Replaced together; a race loses to the newer of two that both hold. */
  private volatile Proof proof;

  private record Proof(Credential credential, ScramKeyCache derived) {}

  Login(String database, String user, Credential credential) {
    this.database = database;
    this.user = user;
    this.proof = proof(credential);
  }

  private static Proof proof(Credential credential) {
    String password = credential instanceof Credential.Password known ? known.text() : "";
    return new Proof(credential, new ScramKeyCache(password));
  }

  public String database() {
    return database;
  }

  public String user() {
    return user;
  }

  /** This is how the password is known now. */
  void known(Credential now) {
    if (!now.equals(proof.credential) && !tellsLess(now)) {
      proof = proof(now);
    }
  }

  /* A verifier proves nothing; what a client's proof has told of it does. */
  private boolean tellsLess(Credential now) {
    return now instanceof Credential.Verifier verifier
        && proof.credential instanceof Credential.Verifier present
        && !verifier.keys().canProve()
        && present.keys().canProve()
        && present.keys().isSamePassword(verifier.keys());
  }

  ServerLogin begin(String nonce) {
    Proof now = proof;
    return new ServerLogin(
        user, now.credential, nonce, (salt, iterations) -> keys(now, salt, iterations));
  }

  private static ScramKeys keys(Proof proof, Bytes salt, int iterations) {
    return proof.credential instanceof Credential.Verifier verifier
        ? verifier.keys()
        : proof.derived.apply(salt, iterations);
  }

  @Override
  public String toString() {
    return user + "@" + database;
  }
}

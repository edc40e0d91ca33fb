package dev.headroom.pgwire;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one SCRAM-SHA-256 exchange, without channel binding: {@link #first}, then
 * {@link #proof}, then {@link #verify}.
 */
public final class ScramClient {
  public static final String MECHANISM = "SCRAM-SHA-256";
  private static final String GS2_HEADER = "n,,";
  /* More would let a server burn our time; PostgreSQL's default is 4096. */
  private static final int MAX_ITERATIONS = 1_000_000;

  private final String nonce;
  private final BiFunction<Bytes, Integer, ScramKeys> keys;
  private @Nullable ScramKeys used;
  private String authMessage = "";

  /**
   * @param nonce random, printable, without a comma, at least 18 characters
   * @param keys gives the keys for a salt and an iteration count; worth a cache
   */
  public ScramClient(String nonce, BiFunction<Bytes, Integer, ScramKeys> keys) {
    this.nonce = nonce;
    this.keys = keys;
  }

  /** client-first-message. PostgreSQL takes the user from the start-up message. */
  public Bytes first() {
    return Bytes.of(GS2_HEADER + bare());
  }

  private String bare() {
    return "n=,r=" + nonce;
  }

  /** client-final-message, answering the server's first. */
  public Bytes proof(Bytes serverFirst) throws ProtocolException {
    ScramMessage server = ScramMessage.parse(serverFirst.utf8());
    String fullNonce = server.get('r');
    if (!fullNonce.startsWith(nonce) || fullNonce.length() == nonce.length()) {
      throw new ProtocolException("SCRAM: the server did not extend our nonce");
    }
    int iterations = server.number('i');
    if (iterations < 1 || iterations > MAX_ITERATIONS) {
      throw new ProtocolException(
          "SCRAM: " + iterations + " iterations (expected: 1 to " + MAX_ITERATIONS + ")");
    }
    ScramKeys derived = keys.apply(server.base64('s'), iterations);
    String withoutProof =
        "c="
            + Base64.getEncoder()
                .encodeToString(GS2_HEADER.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
            + ",r="
            + fullNonce;
    authMessage = bare() + "," + server + "," + withoutProof;
    used = derived;
    return Bytes.of(
        withoutProof
            + ",p="
            + Base64.getEncoder().encodeToString(derived.clientProof(authMessage)));
  }

  /** Throws unless the server has proven that it knows the password too. */
  public void verify(Bytes serverFinal) throws ProtocolException {
    ScramKeys derived = used;
    if (derived == null) {
      throw new ProtocolException("SCRAM: server-final-message before the server's first");
    }
    Bytes signature = ScramMessage.parse(serverFinal.utf8()).base64('v');
    if (!MessageDigest.isEqual(signature.toArray(), derived.serverSignature(authMessage))) {
      throw new ProtocolException("SCRAM: the server does not know the password");
    }
  }
}

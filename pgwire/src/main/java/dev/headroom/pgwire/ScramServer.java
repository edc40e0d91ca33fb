package dev.headroom.pgwire;

import java.util.Base64;
import java.util.Optional;

/**
 * The server's side of one SCRAM-SHA-256 exchange, without channel binding: {@link #first}, then
 * {@link #verify}.
 */
public final class ScramServer {
  private final ScramKeys keys;
  private final String nonce;
  private ScramKeys proven;
  private String clientFirstBare = "";
  private String serverFirst = "";
  private String fullNonce = "";
  private String gs2Header = "";

  /**
   * @param nonce random, printable, without a comma, at least 18 characters
   */
  public ScramServer(ScramKeys keys, String nonce) {
    this.keys = keys;
    this.proven = keys;
    this.nonce = nonce;
  }

  /** server-first-message, answering the client's first. */
  public Bytes first(Bytes clientFirst) throws ProtocolException {
    String text = clientFirst.utf8();
    // gs2-header is "n,," or "y,,": an authorisation id and channel binding are not offered.
    int firstComma = text.indexOf(',');
    int secondComma = text.indexOf(',', firstComma + 1);
    if (firstComma != 1 || secondComma < 0 || "ny".indexOf(text.charAt(0)) < 0) {
      throw new ProtocolException(
          "SCRAM: client-first-message begins with neither n,, nor y,, (no channel binding here)");
    }
    gs2Header = text.substring(0, secondComma + 1);
    clientFirstBare = text.substring(secondComma + 1);
    fullNonce = ScramMessage.parse(clientFirstBare).get('r') + nonce;
    serverFirst =
        "r="
            + fullNonce
            + ",s="
            + Base64.getEncoder().encodeToString(keys.salt().toArray())
            + ",i="
            + keys.iterations();
    return Bytes.of(serverFirst);
  }

  /** server-final-message; empty when the password is wrong. */
  public Optional<Bytes> verify(Bytes clientFinal) throws ProtocolException {
    String text = clientFinal.utf8();
    int proofAt = text.lastIndexOf(",p=");
    if (proofAt < 0) {
      throw new ProtocolException("SCRAM: client-final-message has no proof");
    }
    ScramMessage message = ScramMessage.parse(text);
    boolean sameExchange =
        message.get('r').equals(fullNonce) && message.base64('c').utf8().equals(gs2Header);
    if (!sameExchange) {
      throw new ProtocolException("SCRAM: client-final-message belongs to another exchange");
    }
    String authMessage = clientFirstBare + "," + serverFirst + "," + text.substring(0, proofAt);
    Optional<ScramKeys> verified = keys.verified(message.base64('p').toArray(), authMessage);
    if (verified.isEmpty()) {
      return Optional.empty();
    }
    proven = verified.get();
    return Optional.of(
        Bytes.of("v=" + Base64.getEncoder().encodeToString(keys.serverSignature(authMessage))));
  }

  /** The keys with what a right proof has told: a router proves itself to servers with them. */
  public ScramKeys proven() {
    return proven;
  }
}

package dev.headroom.pgwire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The client's part of a server's authentication, without I/O: it is given each message of the
 * server and says what to answer.
 */
public final class ServerLogin {
  private final String user;
  private final Credential credential;
  private final ScramClient scram;

  /**
   * @param nonce for SCRAM, see {@link ScramClient}
   */
  public ServerLogin(
      String user,
      Credential credential,
      String nonce,
      BiFunction<Bytes, Integer, ScramKeys> keys) {
    this.user = user;
    this.credential = credential;
    this.scram = new ScramClient(nonce, keys);
  }

  /** The answer to send, or null when the message wants none. */
  public @Nullable FrontendMessage answer(BackendMessage message) throws java.io.IOException {
    return switch (message) {
      case BackendMessage.AuthenticationCleartextPassword m -> passwordMessage(password());
      case BackendMessage.AuthenticationMd5Password m ->
          passwordMessage(md5(user, credential, m.salt()));
      case BackendMessage.AuthenticationSasl m -> {
        if (!m.mechanisms().contains(ScramClient.MECHANISM)) {
          throw new ProtocolException(
              "the server offers " + m.mechanisms() + " (expected: SCRAM-SHA-256)");
        }
        yield new FrontendMessage.SaslInitialResponse(ScramClient.MECHANISM, scram.first());
      }
      case BackendMessage.AuthenticationSaslContinue m ->
          new FrontendMessage.SaslResponse(scram.proof(m.data()));
      case BackendMessage.AuthenticationSaslFinal m -> {
        scram.verify(m.data());
        yield null;
      }
      case BackendMessage.AuthenticationOther m ->
          throw new ProtocolException(
              "the server asks for authentication " + m.code() + " (expected: a password)");
      case BackendMessage.ErrorResponse m -> throw new ServerError(m.fields());
      default -> null;
    };
  }

  private static FrontendMessage passwordMessage(String text) {
    return new FrontendMessage.Password(Bytes.of(text + "\0"));
  }

  private String password() throws ProtocolException {
    if (credential instanceof Credential.Password known) {
      return known.text();
    }
    throw new ProtocolException("the server asks for the password, of which only a hash is known");
  }

  /**
   * What proves a password by MD5: {@code "md5" + md5(md5(password + user) + salt)}.
   *
   * @throws ProtocolException when only a SCRAM verifier is known
   */
  public static String md5(String user, Credential credential, Bytes salt)
      throws ProtocolException {
    String inner =
        switch (credential) {
          case Credential.Password known -> hex(Bytes.of(known.text() + user).toArray());
          case Credential.Md5 known -> known.hash().substring("md5".length());
          case Credential.Verifier known ->
              throw new ProtocolException(
                  "MD5 is asked for, and only a SCRAM verifier of the password is known");
        };
    byte[] salted = (inner + "    ").getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(salt.toArray(), 0, salted, inner.length(), 4);
    return "md5" + hex(salted);
  }

  private static String hex(byte[] input) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(input));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}

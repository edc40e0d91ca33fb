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
  private final String password;
  private final ScramClient scram;

  /**
   * @param nonce for SCRAM, see {@link ScramClient}
   */
  public ServerLogin(
      String user, String password, String nonce, BiFunction<Bytes, Integer, ScramKeys> keys) {
    this.user = user;
    this.password = password;
    this.scram = new ScramClient(nonce, keys);
  }

  /** The answer to send, or null when the message wants none. */
  public @Nullable FrontendMessage answer(BackendMessage message) throws java.io.IOException {
    return switch (message) {
      case BackendMessage.AuthenticationCleartextPassword m -> passwordMessage(password);
      case BackendMessage.AuthenticationMd5Password m ->
          passwordMessage(md5(user, password, m.salt()));
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

  /** What proves a password by MD5: {@code "md5" + md5(md5(password + user) + salt)}. */
  public static String md5(String user, String password, Bytes salt) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      String inner =
          HexFormat.of().formatHex(md5.digest((password + user).getBytes(StandardCharsets.UTF_8)));
      md5.update(inner.getBytes(StandardCharsets.US_ASCII));
      return "md5" + HexFormat.of().formatHex(md5.digest(salt.toArray()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}

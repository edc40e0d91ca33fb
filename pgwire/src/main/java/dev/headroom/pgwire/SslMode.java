package dev.headroom.pgwire;

import java.util.Locale;
import java.util.Optional;

/**
 * What a connection to a server wants of TLS, in libpq's words.
 *
 * @see <a href="https://www.postgresql.org/docs/18/libpq-ssl.html">SSL support</a>
 */
public enum SslMode {
  /** No TLS. */
  DISABLE,
  /** TLS if the server offers it; nothing is verified. */
  PREFER,
  /** TLS or no connection; the certificate is not verified, unless a root is given. */
  REQUIRE,
  /** The certificate must be signed by a trusted root. */
  VERIFY_CA,
  /** And be made out to the host that was asked for. */
  VERIFY_FULL;

  /** {@code verify-full}; empty for another word. libpq's {@code allow} is {@code prefer} here. */
  public static Optional<SslMode> of(String word) {
    if (word.equals("allow")) {
      return Optional.of(PREFER);
    }
    for (SslMode mode : values()) {
      if (mode.word().equals(word)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

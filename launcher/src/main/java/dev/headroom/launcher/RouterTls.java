package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.pgwire.SslMode;
import dev.headroom.pgwire.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;

/** TLS of the router towards servers: what their URLs ask for. */
final class RouterTls {
  private RouterTls() {}

  /** Towards servers, by the parameters of a URL that libpq knows: {@code sslmode} and others. */
  static Tls servers(String place, Map<String, String> parameters) {
    String word = parameters.getOrDefault("sslmode", SslMode.PREFER.word());
    SslMode mode =
        SslMode.of(word)
            .orElseThrow(
                () ->
                    UserError.usage(
                        place
                            + ": sslmode="
                            + word
                            + " (expected: disable, prefer, require, verify-ca or verify-full)"));
    Optional<String> root = file(place, "sslrootcert", parameters);
    Optional<String> certificate = file(place, "sslcert", parameters);
    Optional<String> key = file(place, "sslkey", parameters);
    if (certificate.isPresent() != key.isPresent()) {
      throw UserError.usage(place + ": sslcert or sslkey alone (expected: both, or neither)");
    }
    try {
      return Tls.toServers(
          mode, root, certificate.map(pem -> new Tls.Identity(pem, key.orElseThrow())));
    } catch (GeneralSecurityException e) {
      throw UserError.usage(place + ": " + e.getMessage() + " (expected: certificates, PEM)");
    }
  }

  private static Optional<String> file(String place, String name, Map<String, String> parameters) {
    String path = parameters.get(name);
    if (path == null || path.equals("system")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(Path.of(path)));
    } catch (IOException e) {
      throw UserError.usage(
          place + ": " + name + "=" + path + " cannot be read (expected: a PEM file)");
    }
  }
}

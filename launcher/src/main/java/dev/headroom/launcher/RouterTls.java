package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.pgwire.SslMode;
import dev.headroom.pgwire.Tls;
import dev.headroom.router.DatabaseAccess;
import dev.headroom.spec.RouterSpec;
import dev.headroom.spec.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;

/** TLS of the router: what the document and the servers' URLs ask for. */
final class RouterTls {
  private RouterTls() {}

  /** How the router reaches {@code database}, and is reached by clients. */
  static DatabaseAccess access(LocalDatabase database, RouterSpec spec, Secrets secrets) {
    DatabaseAccess access = database.routerAccess();
    return access.with(access.servers(), clients(spec, secrets));
  }

  /** From clients, by {@code spec.router.tls}. */
  private static Tls clients(RouterSpec spec, Secrets secrets) {
    if (spec.tls().isEmpty()) {
      return Tls.DISABLED;
    }
    RouterSpec.ClientTls tls = spec.tls().get();
    String certificate = secrets.resolve("spec.router.tls.certificate", tls.certificate());
    String key = secrets.resolve("spec.router.tls.key", tls.key());
    try {
      return Tls.toClients(new Tls.Identity(certificate, key));
    } catch (GeneralSecurityException e) {
      throw UserError.usage(
          "spec.router.tls: " + e.getMessage() + " (expected: a certificate and its key, PEM)");
    }
  }

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

package dev.headroom.launcher;

import dev.headroom.base.UserError;
import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.Tls;
import dev.headroom.router.ClientAccess;
import dev.headroom.spec.RouterSpec;
import dev.headroom.spec.Secrets;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code spec.router} asks of clients, with its secrets. */
record RouterClients(Secrets secrets) implements ClientAccess {
  /* "name" "secret", anything behind it ignored, as PgBouncer has it; "" in quotes is a quote. */
  private static final Pattern LINE =
      Pattern.compile("\\s*\"((?:[^\"]|\"\")+)\"\\s+\"((?:[^\"]|\"\")*)\".*");

  @Override
  public Tls tls(RouterSpec spec) {
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

  @Override
  public Map<String, Credential> users(RouterSpec spec) {
    Map<String, Credential> users = new HashMap<>();
    spec.userList()
        .ifPresent(
            list -> {
              String place = "spec.router.userList";
              List<String> lines = secrets.resolve(place, list).lines().toList();
              for (int i = 0; i < lines.size(); i++) {
                read(lines.get(i), place + ", line " + (i + 1), users);
              }
            });
    for (int i = 0; i < spec.users().size(); i++) {
      RouterSpec.User user = spec.users().get(i);
      String place = "spec.router.users[" + i + "].password";
      users.put(user.name(), credential(place, secrets.resolve(place, user.password())));
    }
    return users;
  }

  private static void read(String line, String place, Map<String, Credential> users) {
    if (line.isBlank() || line.stripLeading().startsWith(";") || line.startsWith("#")) {
      return;
    }
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw UserError.usage(place + ": not \"name\" \"secret\" (expected: both in quotes)");
    }
    users.put(
        parts.group(1).replace("\"\"", "\""),
        credential(place, parts.group(2).replace("\"\"", "\"")));
  }

  private static Credential credential(String place, String secret) {
    try {
      return Credential.parse(secret);
    } catch (IllegalArgumentException e) {
      throw UserError.usage(place + ": " + e.getMessage());
    }
  }
}

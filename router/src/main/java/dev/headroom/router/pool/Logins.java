package dev.headroom.router.pool;

import dev.headroom.pgwire.Credential;
import java.util.concurrent.ConcurrentHashMap;

/** One {@link Login} of each database and user. Thread-safe. */
public final class Logins {
  private record Name(String database, String user) {}

  private final ConcurrentHashMap<Name, Login> known = new ConcurrentHashMap<>();

  /** The one of that name, which from now on proves itself by {@code credential}. */
  public Login of(String database, String user, Credential credential) {
    Login login =
        known.computeIfAbsent(
            new Name(database, user), name -> new Login(database, user, credential));
    login.known(credential);
    return login;
  }
}

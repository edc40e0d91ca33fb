package dev.headroom.router.session;

import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.Tls;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may come in at present, and how. Immutable; a change of the document makes another. */
public final class Admission {
  private final Tls tls;
  private final Set<String> databases;
  private final Map<String, KnownUser> users;

  /**
   * @param databases that clients may ask for
   * @param users by name
   * @param before what it follows, whose derived keys still hold; null for the first
   */
  public Admission(
      Tls tls,
      Set<String> databases,
      Map<String, Credential> users,
      Bytes salt,
      @Nullable Admission before) {
    this.tls = tls;
    this.databases = Set.copyOf(databases);
    Map<String, KnownUser> known = new HashMap<>();
    users.forEach(
        (name, credential) -> {
          KnownUser previous = before == null ? null : before.users.get(name);
          known.put(
              name,
              previous != null && previous.credential().equals(credential)
                  ? previous
                  : KnownUser.of(credential, salt));
        });
    this.users = Map.copyOf(known);
  }

  Tls tls() {
    return tls;
  }

  Set<String> databases() {
    return databases;
  }

  Optional<KnownUser> user(String name) {
    return Optional.ofNullable(users.get(name));
  }
}

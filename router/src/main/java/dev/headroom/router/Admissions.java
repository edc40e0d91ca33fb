package dev.headroom.router;

import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.Credential;
import dev.headroom.router.session.Admission;
import dev.headroom.spec.RouterSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes of the document who may come in, and holds it for the event loops to read. */
final class Admissions implements Supplier<Admission> {
  private final DatabaseAccess access;
  private final ClientAccess clients;
  private final Bytes salt;
  private volatile @Nullable Admission present;

  Admissions(DatabaseAccess access, ClientAccess clients, Bytes salt) {
    this.access = access;
    this.clients = clients;
    this.salt = salt;
  }

  /** From now on, or a {@link dev.headroom.base.UserError} and everything stays. */
  synchronized void take(RouterSpec spec) {
    Map<String, Credential> users = new HashMap<>(clients.users(spec));
    users.put(access.user(), new Credential.Password(access.password()));
    Set<String> databases = new HashSet<>(spec.databases());
    databases.add(access.database());
    present = new Admission(clients.tls(spec), databases, users, salt, present);
  }

  @Override
  public Admission get() {
    Admission now = present;
    if (now == null) {
      throw new IllegalStateException("asked before the first document");
    }
    return now;
  }
}

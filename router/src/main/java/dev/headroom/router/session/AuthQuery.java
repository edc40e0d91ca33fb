package dev.headroom.router.session;

import dev.headroom.base.TimeSource;
import dev.headroom.pgwire.Bytes;
import dev.headroom.pgwire.Credential;
import dev.headroom.pgwire.PgConnection;
import dev.headroom.pgwire.ServerError;
import dev.headroom.router.DatabaseAccess;
import dev.headroom.router.Member;
import dev.headroom.router.cluster.Cluster;
import dev.headroom.router.cluster.ClusterView;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks the database for the secrets of users that the document does not name: {@code
 * spec.router.authQuery}. Asking blocks, one question at a time; forgetting does not, and is for
 * event loops. Thread-safe.
 */
public final class AuthQuery implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long KEPT_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int MAX_KEPT = 10_000;

  private final Cluster cluster;
  private final DatabaseAccess access;
  private final Bytes salt;
  private final TimeSource time;
  // Guarded by itself: this object's lock is held while the database is asked.
  private final Map<String, Kept> kept =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > MAX_KEPT;
        }
      };
  private @Nullable PgConnection connection;

  private record Kept(Optional<KnownUser> user, long askedAt) {}

  public AuthQuery(Cluster cluster, DatabaseAccess access, Bytes salt, TimeSource time) {
    this.cluster = cluster;
    this.access = access;
    this.salt = salt;
    this.time = time;
  }

  /**
   * The user, if the query has a row for it whose second column is not NULL.
   *
   * @throws IOException when no server answers, or the query is wrong
   */
  synchronized Optional<KnownUser> find(String sql, String user) throws IOException {
    long now = time.nanoTime();
    synchronized (kept) {
      Kept known = kept.get(user);
      if (known != null && now - known.askedAt < KEPT_NANOS) {
        return known.user;
      }
    }
    Optional<KnownUser> found = ask(sql, user).map(secret -> KnownUser.of(secret, salt));
    synchronized (kept) {
      kept.put(user, new Kept(found, now));
    }
    return found;
  }

  /** It may have changed. */
  void forget(String user) {
    synchronized (kept) {
      kept.remove(user);
    }
  }

  private Optional<Credential> ask(String sql, String user) throws IOException {
    PgConnection present = connection;
    if (present != null) {
      try {
        return secret(present.query(sql, user));
      } catch (ServerError e) {
        throw e;
      } catch (IOException e) {
        // That server is gone; a new connection finds the present one.
        present.close();
        connection = null;
      }
    }
    PgConnection fresh = connect();
    connection = fresh;
    return secret(fresh.query(sql, user));
  }

  private PgConnection connect() throws IOException {
    ClusterView view = cluster.view();
    Optional<Member> member =
        view.primary().isPresent() ? view.primary() : view.replicas().stream().findFirst();
    if (member.isEmpty()) {
      throw new IOException(view.trouble());
    }
    return PgConnection.connect(
        member.get().address(),
        access.servers(),
        access.database(),
        access.user(),
        access.password(),
        "headroom router users",
        TIMEOUT);
  }

  private static Optional<Credential> secret(List<List<Optional<String>>> rows) throws IOException {
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    List<Optional<String>> row = rows.getFirst();
    if (row.size() < 2) {
      throw new IOException(
          "spec.router.authQuery: a row of "
              + row.size()
              + " column (expected: two, the user's name and secret)");
    }
    try {
      return row.get(1).map(Credential::parse);
    } catch (IllegalArgumentException e) {
      throw new IOException("spec.router.authQuery: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    PgConnection present = connection;
    connection = null;
    if (present != null) {
      present.close();
    }
  }
}

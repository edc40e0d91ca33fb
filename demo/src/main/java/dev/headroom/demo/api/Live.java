package dev.headroom.demo.api;

import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.Row;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.http.LiveConnection;
import dev.headroom.demo.http.LiveEndpoint;
import dev.headroom.demo.http.Reply;
import dev.headroom.demo.http.Request;
import io.opentelemetry.context.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Issue changes to the tenant's open WebSockets. The audit trail is the source, so a change made on
 * any replica reaches the clients of all; it is only read while somebody listens.
 */
final class Live implements LiveEndpoint, AutoCloseable {
  private static final Logger LOG = System.getLogger(Live.class.getName());
  // Ids become visible out of order when transactions overlap: look back, and remember what was
  // sent.
  private static final String RECENT =
      "SELECT id, tenant_id AS \"tenantId\", issue_id AS \"issueId\", kind, detail,"
          + " created_at AS \"createdAt\" FROM audit_events WHERE id > ? ORDER BY id LIMIT 500";
  private static final String NEWEST = "SELECT coalesce(max(id), 0) AS id FROM audit_events";
  private static final int LOOK_BACK = 100;
  private static final long POLL_NANOS = 1_000_000_000L;

  private final Tokens tokens;
  private final Database database;
  private final Map<LiveConnection, Identity> listeners = new ConcurrentHashMap<>();
  private final Map<Long, Boolean> sent =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
          return size() > 2_000;
        }
      };
  private final Thread poller;
  private volatile boolean closed;

  private Live(Tokens tokens, Database database) {
    this.tokens = tokens;
    this.database = database;
    this.poller = Thread.ofVirtual().name("live").unstarted(this::poll);
  }

  static Live start(Tokens tokens, Database database) {
    Live live = new Live(tokens, database);
    live.poller.start();
    return live;
  }

  @Override
  public String path() {
    return "/ws/live";
  }

  @Override
  public Optional<Reply> refuse(Request request) {
    return identity(request).isPresent()
        ? Optional.empty()
        : Optional.of(Reply.text(401, "a valid token is needed as ?token="));
  }

  @Override
  public void opened(Request request, LiveConnection connection) {
    identity(request).ifPresent(identity -> listeners.put(connection, identity));
    connection.send("{\"kind\":\"hello\"}");
    LockSupport.unpark(poller);
  }

  @Override
  public void closed(LiveConnection connection) {
    listeners.remove(connection);
  }

  private Optional<Identity> identity(Request request) {
    return request.query("token").flatMap(tokens::verify);
  }

  private void poll() {
    long last = -1;
    while (!closed) {
      if (listeners.isEmpty()) {
        last = -1;
        LockSupport.park();
        continue;
      }
      try (Session session = database.session("", Context.root())) {
        last = last < 0 ? begin(session) : deliver(session, last);
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "live updates pause: {0}", e.toString());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** What is there already is no news to those who have just come. */
  private long begin(Session session) {
    long newest = session.number(NEWEST);
    session.rows(RECENT, newest - LOOK_BACK).forEach(event -> sent.put(event.number("id"), true));
    return newest;
  }

  private long deliver(Session session, long last) {
    long newest = last;
    for (Row event : session.rows(RECENT, last - LOOK_BACK)) {
      long id = event.number("id");
      newest = Math.max(newest, id);
      if (id > last - LOOK_BACK
          && sent.put(id, true) == null
          && event.text("kind").startsWith("issue.")) {
        String json = Json.string(event);
        long tenant = event.number("tenantId");
        listeners.forEach(
            (connection, identity) -> {
              if (identity.tenant() == tenant) {
                connection.send(json);
              }
            });
      }
    }
    return newest;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(poller);
    listeners.keySet().forEach(LiveConnection::goAway);
  }
}

package dev.headroom.demo.mailer;

import dev.headroom.demo.data.View;
import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import io.opentelemetry.context.Context;

/**
 * The nightly jobs: digests, retention, and the refresh of what is materialised. They make no
 * spans, so that only the database itself can tell that they are slow.
 */
public final class Jobs {
  /** One worker at a time; the others leave it to him. */
  private static final String TURN = "SELECT pg_try_advisory_xact_lock(4711)::int AS turn";

  static final String DIGEST =
      "INSERT INTO digests (user_id, unread) SELECT u.id, count(n.id) FROM users u"
          + " JOIN notifications n ON n.user_id = u.id JOIN issues i ON i.id = n.issue_id"
          + " WHERE n.read_at IS NULL GROUP BY u.id"
          + " ON CONFLICT (user_id) DO UPDATE SET unread = excluded.unread, built_at = now()";
  static final String DIGEST_CHANGED =
      "INSERT INTO digests (user_id, unread) SELECT n.user_id, count(*) FROM notifications n"
          + " WHERE n.read_at IS NULL AND n.user_id IN (SELECT user_id FROM notifications"
          + " WHERE id > ?) GROUP BY n.user_id"
          + " ON CONFLICT (user_id) DO UPDATE SET unread = excluded.unread, built_at = now()";
  private static final String LAST = "SELECT coalesce(max(id), 0) AS id FROM notifications";
  static final String RETENTION =
      "DELETE FROM audit_events WHERE created_at < now() - interval '2 years'";
  static final String RETENTION_FUNCTION =
      "DELETE FROM audit_events WHERE created_at + interval '2 years' < now()";

  private final Database database;
  private final Faults faults;
  // Only the worker's thread runs jobs.
  private long digested = -1;

  public Jobs(Database database, Faults faults) {
    this.database = database;
    this.faults = faults;
  }

  /** Runs all of them once. */
  public void run() {
    inTurn(this::digest);
    inTurn(tx -> tx.update(faults.on(Fault.WORKER_RETENTION) ? RETENTION_FUNCTION : RETENTION));
    for (View view : View.values()) {
      if (faults.off(view.fault())) {
        inTurn(tx -> tx.update("REFRESH MATERIALIZED VIEW CONCURRENTLY " + view.table()));
      }
    }
  }

  private void inTurn(Session.Work<Integer> job) {
    try (Session session = database.session("", Context.root())) {
      session.write(tx -> tx.number(TURN) == 1 ? job.run(tx) : 0);
    }
  }

  private int digest(Session tx) {
    if (faults.on(Fault.WORKER_DIGEST)) {
      return tx.update(DIGEST);
    }
    long last = tx.number(LAST);
    int changed = digested < 0 ? 0 : tx.update(DIGEST_CHANGED, digested);
    digested = last;
    return changed;
  }
}

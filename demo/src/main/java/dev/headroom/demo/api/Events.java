package dev.headroom.demo.api;

import dev.headroom.demo.db.Session;
import org.jspecify.annotations.Nullable;

/** What a write leaves behind for others: the audit trail, notifications, mail. */
final class Events {
  private static final String AUDIT =
      "INSERT INTO audit_events (tenant_id, actor_id, issue_id, kind, detail)"
          + " VALUES (?, ?, ?, ?, ?)";
  private static final String NOTIFY =
      "INSERT INTO notifications (user_id, issue_id, kind) VALUES (?, ?, ?)";
  private static final String MAIL =
      "INSERT INTO outbox (kind, recipient, payload) VALUES ('mail', ?, ?)";

  private Events() {}

  static void audit(Session tx, Call call, @Nullable Long issue, String kind, String detail) {
    tx.update(AUDIT, call.tenant(), call.user(), issue, kind, detail);
  }

  static void tell(Session tx, long user, long issue, String kind) {
    tx.update(NOTIFY, user, issue, kind);
  }

  static void mail(Session tx, long user, String text) {
    tx.update(MAIL, "user-" + user + "@demo.example", text);
  }
}

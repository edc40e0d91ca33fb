package dev.headroom.demo.api;

import dev.headroom.demo.db.Row;
import dev.headroom.demo.http.Reply;
import java.util.List;
import java.util.Map;

/** What people add to an issue: comments and attachments; and what they are told. */
final class Discussion {
  private static final String COMMENTS =
      "SELECT c.id, c.author_id AS \"authorId\", u.name AS author, c.body,"
          + " c.created_at AS \"createdAt\" FROM comments c JOIN users u ON u.id = c.author_id"
          + " WHERE c.issue_id = ? ORDER BY c.created_at DESC, c.id DESC LIMIT ?";
  private static final String COMMENT =
      "INSERT INTO comments (issue_id, author_id, body) SELECT i.id, ?, ? FROM issues i"
          + " WHERE i.id = ? AND i.tenant_id = ? RETURNING id";
  private static final String REPORTER = "SELECT reporter_id FROM issues WHERE id = ?";
  private static final String ATTACHMENTS =
      "SELECT id, name, content_type AS \"contentType\", size, scan, created_at AS \"createdAt\""
          + " FROM attachments WHERE issue_id = ? ORDER BY id";
  private static final String ATTACH =
      "INSERT INTO attachments (issue_id, uploaded_by, name, content_type, size, scan, content)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id, name, size, scan";
  private static final String NOTIFICATIONS =
      "SELECT n.id, n.issue_id AS \"issueId\", n.kind, i.title, n.created_at AS \"createdAt\","
          + " n.read_at AS \"readAt\" FROM notifications n LEFT JOIN issues i ON i.id = n.issue_id"
          + " WHERE n.user_id = ? ORDER BY n.id DESC LIMIT ?";
  private static final String READ =
      "UPDATE notifications SET read_at = now() WHERE user_id = ? AND read_at IS NULL";

  private static final int LARGEST_ATTACHMENT = 256 * 1024;

  private final ThirdParty scanner;

  Discussion(ThirdParty scanner) {
    this.scanner = scanner;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/issues/{issueId}/comments", this::comments).waits(Waits.READ),
        Endpoint.of("POST", "/api/issues/{issueId}/comments", this::comment).waits(Waits.WRITE),
        Endpoint.of("GET", "/api/issues/{issueId}/attachments", this::attachments)
            .waits(Waits.READ),
        Endpoint.of("POST", "/api/issues/{issueId}/attachments", this::attach).waits(90),
        Endpoint.of("GET", "/api/notifications", this::notifications).waits(Waits.READ),
        Endpoint.of("POST", "/api/notifications/read", this::read).waits(Waits.WRITE));
  }

  private Reply comments(Call call) {
    long issue = call.id("issueId");
    Issues.exists(call, issue);
    return Call.items(call.session().rows(COMMENTS, issue, call.limit(50)));
  }

  private Reply comment(Call call) {
    long issue = call.id("issueId");
    String body = call.required(call.body(), "body");
    Row created =
        call.session()
            .write(
                tx -> {
                  Row comment =
                      tx.first(COMMENT, call.user(), body, issue, call.tenant())
                          .orElseThrow(() -> Refusal.notFound("issue " + issue));
                  Events.audit(tx, call, issue, "issue.commented", body);
                  long reporter = tx.number(REPORTER, issue);
                  if (reporter != call.user()) {
                    Events.tell(tx, reporter, issue, "commented");
                    Events.mail(tx, reporter, body);
                  }
                  return comment;
                });
    return Call.created(created);
  }

  private Reply attachments(Call call) {
    long issue = call.id("issueId");
    Issues.exists(call, issue);
    return Call.items(call.session().rows(ATTACHMENTS, issue));
  }

  private Reply attach(Call call) {
    long issue = call.id("issueId");
    byte[] content = call.request().body();
    if (content.length > LARGEST_ATTACHMENT) {
      throw new Refusal(
          413, content.length + " bytes (expected: at most " + LARGEST_ATTACHMENT + ")");
    }
    Issues.exists(call, issue);
    // The scan takes its time: no connection is kept for it.
    call.session().release();
    String scan = scanner.done("/v1/scan", call) ? "clean" : "pending";
    String name = call.request().query("name").orElse("attachment");
    String type = call.request().header("Content-Type").orElse("application/octet-stream");
    Row created =
        call.session()
            .write(
                tx -> {
                  Row attachment =
                      tx.rows(ATTACH, issue, call.user(), name, type, content.length, scan, content)
                          .getFirst();
                  Events.audit(tx, call, issue, "issue.attached", name);
                  return attachment;
                });
    return Call.created(created);
  }

  private Reply notifications(Call call) {
    return Call.items(call.session().rows(NOTIFICATIONS, call.user(), call.limit(20)));
  }

  private Reply read(Call call) {
    int count = call.session().write(tx -> tx.update(READ, call.user()));
    return Call.ok(Map.of("read", count));
  }
}

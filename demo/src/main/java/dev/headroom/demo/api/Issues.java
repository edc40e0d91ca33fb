package dev.headroom.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.demo.db.Row;
import dev.headroom.demo.http.Reply;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Issues of a project, and one issue with its history. */
final class Issues {
  private static final String COLUMNS =
      "SELECT id, title, status, priority, assignee_id AS \"assigneeId\","
          + " updated_at AS \"updatedAt\" FROM issues WHERE project_id = ?";
  private static final String LIST =
      COLUMNS + " AND tenant_id = ? ORDER BY id DESC LIMIT ? OFFSET ?";
  private static final String LIST_BY_STATUS =
      COLUMNS + " AND tenant_id = ? AND status = ? ORDER BY id DESC LIMIT ? OFFSET ?";
  private static final String CREATE =
      "INSERT INTO issues (tenant_id, project_id, title, body, status, priority, reporter_id,"
          + " assignee_id) SELECT p.tenant_id, p.id, ?, ?, 'open', ?, ?, p.created_by FROM projects"
          + " p WHERE p.id = ? AND p.tenant_id = ? RETURNING id, title, status, priority,"
          + " assignee_id AS \"assigneeId\"";
  private static final String ONE =
      "SELECT i.id, i.project_id AS \"projectId\", p.name AS project, i.title, i.body, i.status,"
          + " i.priority, i.reporter_id AS \"reporterId\", i.assignee_id AS \"assigneeId\","
          + " i.due_on AS \"dueOn\", i.created_at AS \"createdAt\", i.updated_at AS \"updatedAt\","
          + " i.closed_at AS \"closedAt\" FROM issues i JOIN projects p ON p.id = i.project_id"
          + " WHERE i.id = ? AND i.tenant_id = ?";
  private static final String LABELS =
      "SELECT l.id, l.name, l.colour FROM issue_labels il JOIN labels l ON l.id = il.label_id"
          + " WHERE il.issue_id = ?";
  private static final String CHANGE =
      "UPDATE issues SET status = coalesce(?::text, status), priority = coalesce(?::text,"
          + " priority), title = coalesce(?::text, title), updated_at = now(), closed_at = CASE"
          + " WHEN coalesce(?::text, status) = 'closed' THEN now() END WHERE id = ? AND tenant_id ="
          + " ? RETURNING id, title, status, priority, assignee_id AS \"assigneeId\"";
  private static final String DELETE = "DELETE FROM issues WHERE id = ? AND tenant_id = ?";
  private static final String HISTORY =
      "SELECT id, actor_id AS \"actorId\", kind, detail, created_at AS \"createdAt\""
          + " FROM audit_events WHERE issue_id = ? AND tenant_id = ? ORDER BY id DESC LIMIT ?";
  private static final String CLEAR_LABELS = "DELETE FROM issue_labels WHERE issue_id = ?";
  private static final String SET_LABELS =
      "INSERT INTO issue_labels (issue_id, label_id) SELECT i.id, l.id FROM issues i, labels l"
          + " WHERE i.id = ? AND i.tenant_id = ? AND l.tenant_id = i.tenant_id AND l.id = ANY (?)";
  private static final String EXISTS = "SELECT id FROM issues WHERE id = ? AND tenant_id = ?";

  private static final Set<String> STATUS = Set.of("open", "in_progress", "review", "closed");
  private static final Set<String> PRIORITY = Set.of("low", "normal", "high", "urgent");

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/projects/{projectId}/issues", this::list).waits(Waits.READ),
        Endpoint.of("POST", "/api/projects/{projectId}/issues", this::create).waits(Waits.WRITE),
        Endpoint.of("GET", "/api/issues/{issueId}", this::one).waits(Waits.READ),
        Endpoint.of("PATCH", "/api/issues/{issueId}", this::change).waits(Waits.WRITE),
        Endpoint.of("DELETE", "/api/issues/{issueId}", this::delete).waits(Waits.WRITE),
        Endpoint.of("GET", "/api/issues/{issueId}/history", this::history).waits(Waits.READ),
        Endpoint.of("PUT", "/api/issues/{issueId}/labels", this::label).waits(Waits.WRITE));
  }

  private Reply list(Call call) {
    long project = call.id("projectId");
    int limit = call.limit(20);
    String status = call.request().query("status").orElse("");
    return Call.items(
        status.isEmpty()
            ? call.session().rows(LIST, project, call.tenant(), limit, call.offset())
            : call.session()
                .rows(LIST_BY_STATUS, project, call.tenant(), status, limit, call.offset()));
  }

  private Reply create(Call call) {
    long project = call.id("projectId");
    JsonNode body = call.body();
    String title = call.required(body, "title");
    String text = body.path("body").asText("");
    String priority = oneOf(body, "priority", PRIORITY, "normal");
    Row created =
        call.session()
            .write(
                tx -> {
                  Row issue =
                      tx.first(CREATE, title, text, priority, call.user(), project, call.tenant())
                          .orElseThrow(() -> Refusal.notFound("project " + project));
                  announce(call, issue, "issue.created");
                  return issue;
                });
    return Call.created(created);
  }

  private Reply one(Call call) {
    long id = call.id("issueId");
    Row issue =
        call.session()
            .first(ONE, id, call.tenant())
            .orElseThrow(() -> Refusal.notFound("issue " + id));
    return Call.ok(Accounts.with(issue, Map.of("labels", call.session().rows(LABELS, id))));
  }

  private Reply change(Call call) {
    long id = call.id("issueId");
    JsonNode body = call.body();
    String status = oneOf(body, "status", STATUS, null);
    String priority = oneOf(body, "priority", PRIORITY, null);
    String title = body.hasNonNull("title") ? call.required(body, "title") : null;
    Row changed =
        call.session()
            .write(
                tx -> {
                  Row issue =
                      tx.rows(CHANGE, status, priority, title, status, id, call.tenant()).stream()
                          .findFirst()
                          .orElseThrow(() -> Refusal.notFound("issue " + id));
                  announce(call, issue, "closed".equals(status) ? "issue.closed" : "issue.changed");
                  return issue;
                });
    return Call.ok(changed);
  }

  private static void announce(Call call, Row issue, String kind) {
    long id = issue.number("id");
    Events.audit(call.session(), call, id, kind, issue.text("title"));
    long assignee = issue.number("assigneeId");
    if (assignee != 0 && assignee != call.user()) {
      Events.tell(call.session(), assignee, id, kind.substring("issue.".length()));
    }
  }

  private Reply delete(Call call) {
    long id = call.id("issueId");
    call.session()
        .write(
            tx -> {
              if (tx.update(DELETE, id, call.tenant()) == 0) {
                throw Refusal.notFound("issue " + id);
              }
              Events.audit(tx, call, id, "issue.deleted", "");
              return id;
            });
    return Reply.empty(204);
  }

  private Reply history(Call call) {
    return Call.items(
        call.session().rows(HISTORY, call.id("issueId"), call.tenant(), call.limit(50)));
  }

  private Reply label(Call call) {
    long id = call.id("issueId");
    JsonNode labels = call.body().path("labels");
    if (!labels.isArray()) {
      throw new Refusal(400, "labels is missing (expected: a list of label ids)");
    }
    Long[] ids = new Long[labels.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = labels.get(i).asLong();
    }
    call.session()
        .write(
            tx -> {
              exists(call, id);
              tx.update(CLEAR_LABELS, id);
              tx.update(SET_LABELS, id, call.tenant(), ids);
              Events.audit(tx, call, id, "issue.labelled", "");
              return id;
            });
    return Call.ok(Map.of("id", id, "labels", call.session().rows(LABELS, id)));
  }

  /** The tenant's issue, or 404. */
  static void exists(Call call, long id) {
    if (call.session().first(EXISTS, id, call.tenant()).isEmpty()) {
      throw Refusal.notFound("issue " + id);
    }
  }

  private static @Nullable String oneOf(
      JsonNode body, String name, Set<String> values, @Nullable String fallback) {
    if (!body.hasNonNull(name)) {
      return fallback;
    }
    String value = body.path(name).asText();
    if (!values.contains(value)) {
      throw new Refusal(400, name + ": " + value + " (expected: one of " + values + ")");
    }
    return value;
  }
}

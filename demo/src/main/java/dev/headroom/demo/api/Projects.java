package dev.headroom.demo.api;

import dev.headroom.demo.db.Row;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A tenant's projects, and the board of one of them. */
final class Projects {
  private static final String LIST =
      "SELECT p.id, p.name, p.archived, p.created_at AS \"createdAt\", (SELECT count(*) FROM issues"
          + " i WHERE i.project_id = p.id AND i.status = 'open') AS \"openIssues\" FROM projects p"
          + " WHERE p.tenant_id = ? ORDER BY p.id DESC LIMIT ? OFFSET ?";
  private static final String LIST_PLAIN =
      "SELECT id, name, archived, created_at AS \"createdAt\" FROM projects"
          + " WHERE tenant_id = ? ORDER BY id DESC LIMIT ? OFFSET ?";
  private static final String OPEN_ISSUES =
      "SELECT count(*) AS open FROM issues WHERE project_id = ? AND status = 'open'";
  private static final String ONE =
      "SELECT id, name, archived, created_by AS \"createdBy\", created_at AS \"createdAt\""
          + " FROM projects WHERE id = ? AND tenant_id = ?";
  private static final String DISCUSSED =
      "SELECT EXISTS (SELECT 1 FROM comments c JOIN issues i ON i.id = c.issue_id"
          + " WHERE i.project_id = ?) AS discussed";
  private static final String DISCUSSED_COUNT =
      "SELECT count(*) > 0 AS discussed FROM comments c JOIN issues i ON i.id = c.issue_id"
          + " WHERE i.project_id = ?";
  private static final String CREATE =
      "INSERT INTO projects (tenant_id, name, created_by) VALUES (?, ?, ?) RETURNING id, name";
  private static final String JOIN =
      "INSERT INTO project_members (project_id, user_id, role) VALUES (?, ?, 'lead')";
  private static final String BOARD =
      "SELECT i.id, i.title, i.status, i.priority, u.name AS assignee FROM issues i"
          + " LEFT JOIN users u ON u.id = i.assignee_id WHERE i.project_id = ?"
          + " AND i.status <> 'closed' ORDER BY i.id DESC LIMIT ?";
  private static final String BOARD_PLAIN =
      "SELECT id, title, status, priority, assignee_id AS \"assigneeId\" FROM issues"
          + " WHERE project_id = ? AND status <> 'closed' ORDER BY id DESC LIMIT ?";
  private static final String ASSIGNEE = "SELECT name FROM users WHERE id = ?";
  private static final String SPENT =
      "SELECT i.status, sum(t.minutes) AS minutes FROM issues i JOIN time_entries t"
          + " ON t.issue_id = i.id WHERE i.project_id = ? GROUP BY i.status";

  private final Faults faults;

  Projects(Faults faults) {
    this.faults = faults;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/projects", this::list)
            .waits(Waits.READ)
            .cachedUnless(Fault.CACHE_PROJECTS),
        Endpoint.of("POST", "/api/projects", this::create).waits(Waits.WRITE),
        Endpoint.of("GET", "/api/projects/{projectId}", this::one).waits(Waits.READ),
        Endpoint.of("GET", "/api/boards/{projectId}", this::board)
            .waits(Waits.READ)
            .is(Endpoint.Trait.HOLDS_CONNECTION)
            .cachedUnless(Fault.CACHE_BOARD));
  }

  private Reply list(Call call) {
    int limit = call.limit(12);
    if (faults.off(Fault.N1_PROJECTS)) {
      return Call.items(call.session().rows(LIST, call.tenant(), limit, call.offset()));
    }
    List<Map<String, Object>> projects = new ArrayList<>();
    for (Row project : call.session().rows(LIST_PLAIN, call.tenant(), limit, call.offset())) {
      long open = call.session().number(OPEN_ISSUES, project.number("id"));
      projects.add(Accounts.with(project, Map.of("openIssues", open)));
    }
    return Call.items(projects);
  }

  private Reply create(Call call) {
    String name = call.required(call.body(), "name");
    Row created =
        call.session()
            .write(
                tx -> {
                  Row project = tx.rows(CREATE, call.tenant(), name, call.user()).getFirst();
                  tx.update(JOIN, project.number("id"), call.user());
                  Events.audit(tx, call, null, "project.created", name);
                  return project;
                });
    return Call.created(created);
  }

  private Reply one(Call call) {
    long id = call.id("projectId");
    Row project = visible(call, id);
    Row discussed =
        call.session()
            .first(faults.on(Fault.REWRITE_COUNT) ? DISCUSSED_COUNT : DISCUSSED, id)
            .orElseThrow();
    return Call.ok(
        Accounts.with(
            project, Map.of("discussed", Boolean.TRUE.equals(discussed.get("discussed")))));
  }

  /** The tenant's project, or 404. */
  static Row visible(Call call, long id) {
    return call.session()
        .first(ONE, id, call.tenant())
        .orElseThrow(() -> Refusal.notFound("project " + id));
  }

  private Reply board(Call call) {
    long id = call.id("projectId");
    visible(call, id);
    int limit = call.limit(18);
    List<Map<String, Object>> cards = new ArrayList<>();
    if (faults.off(Fault.N1_BOARD)) {
      for (Row issue : call.session().rows(BOARD, id, limit)) {
        cards.add(Accounts.with(issue, Map.of()));
      }
    } else {
      for (Row issue : call.session().rows(BOARD_PLAIN, id, limit)) {
        String assignee =
            issue.absent("assigneeId")
                ? ""
                : call.session()
                    .first(ASSIGNEE, issue.number("assigneeId"))
                    .map(user -> user.text("name"))
                    .orElse("");
        cards.add(Accounts.with(issue, Map.of("assignee", assignee)));
      }
    }
    Map<String, List<Map<String, Object>>> columns = new LinkedHashMap<>();
    for (Map<String, Object> card : cards) {
      columns.computeIfAbsent(String.valueOf(card.get("status")), s -> new ArrayList<>()).add(card);
    }
    return Call.ok(
        Map.of(
            "projectId",
            id,
            "columns",
            columns,
            "items",
            cards,
            "spent",
            call.session().rows(SPENT, id)));
  }
}

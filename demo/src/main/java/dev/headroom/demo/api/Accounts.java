package dev.headroom.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headroom.demo.data.Passwords;
import dev.headroom.demo.db.Row;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Login, the user himself, and the other users of his tenant. */
final class Accounts {
  private static final String BY_EMAIL =
      "SELECT id, tenant_id, name, password_salt, password_hash FROM users WHERE email = ?";
  private static final String OPEN_SESSIONS =
      "SELECT count(*) AS sessions FROM sessions WHERE user_id = ? AND expires_at > now()";
  private static final String OPEN_SESSION =
      "INSERT INTO sessions (user_id, expires_at, user_agent)"
          + " VALUES (?, now() + interval '12 hours', ?)";
  private static final String ME =
      "SELECT id, tenant_id AS \"tenantId\", email, name, role, time_zone AS \"timeZone\""
          + " FROM users WHERE id = ?";
  private static final String WATCHED =
      "SELECT count(*) AS watched FROM issue_watchers WHERE user_id = ?";
  private static final String USERS =
      "SELECT u.id, u.name, u.email, u.role FROM users u WHERE u.tenant_id = ?"
          + " AND EXISTS (SELECT 1 FROM project_members m WHERE m.user_id = u.id)"
          + " ORDER BY u.name, u.id LIMIT ? OFFSET ?";
  private static final String USERS_DISTINCT =
      "SELECT DISTINCT u.id, u.name, u.email, u.role FROM users u"
          + " JOIN project_members m ON m.user_id = u.id WHERE u.tenant_id = ?"
          + " ORDER BY u.name, u.id LIMIT ? OFFSET ?";
  private static final String USER =
      "SELECT id, tenant_id AS \"tenantId\", name, email, role FROM users WHERE id = ?";
  private static final String USER_CAST =
      "SELECT id, tenant_id AS \"tenantId\", name, email, role FROM users WHERE id = ?::numeric";
  private static final String INVOLVED =
      "SELECT count(*) AS involved FROM (SELECT i.id FROM issues i WHERE i.tenant_id = ?"
          + " AND i.status = 'open' AND i.assignee_id = ? UNION SELECT i.id FROM issue_watchers w"
          + " JOIN issues i ON i.id = w.issue_id WHERE i.tenant_id = ? AND i.status = 'open'"
          + " AND w.user_id = ?) involved";
  private static final String INVOLVED_OR =
      "SELECT count(DISTINCT i.id) AS involved FROM issues i LEFT JOIN issue_watchers w"
          + " ON w.issue_id = i.id WHERE i.tenant_id = ? AND i.status = 'open'"
          + " AND (i.assignee_id = ? OR w.user_id = ?)";
  private static final String ACTIVITY =
      "SELECT id, issue_id AS \"issueId\", kind, detail, created_at AS \"createdAt\""
          + " FROM audit_events WHERE actor_id = ? AND tenant_id = ? ORDER BY id DESC LIMIT ?";

  private final Faults faults;
  private final Tokens tokens;

  Accounts(Faults faults, Tokens tokens) {
    this.faults = faults;
    this.tokens = tokens;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("POST", "/api/login", this::login).is(Endpoint.Trait.OPEN).waits(170),
        Endpoint.of("GET", "/api/me", this::me).waits(Waits.READ),
        Endpoint.of("GET", "/api/users", this::users)
            .waits(Waits.READ)
            .cachedUnless(Fault.CACHE_USERS),
        Endpoint.of("GET", "/api/users/{userId}", this::user).waits(Waits.READ),
        Endpoint.of("GET", "/api/users/{userId}/activity", this::activity)
            .waits(Waits.READ)
            .slowBy(Fault.SLOW_ACTIVITY));
  }

  private Reply login(Call call) {
    JsonNode body = call.body();
    String email = call.required(body, "email");
    String password = call.required(body, "password");
    Row user =
        call.session()
            .first(BY_EMAIL, email)
            .filter(
                u -> Passwords.matches(u.text("password_salt"), password, u.text("password_hash")))
            .orElseThrow(() -> new Refusal(401, "unknown e-mail address or wrong password"));
    Identity identity = new Identity(user.number("id"), user.number("tenant_id"));
    long open = call.session().number(OPEN_SESSIONS, identity.user());
    String agent = call.request().header("User-Agent").orElse("");
    call.session()
        .write(
            tx ->
                tx.update(
                    OPEN_SESSION,
                    identity.user(),
                    agent.substring(0, Math.min(100, agent.length()))));
    return Call.ok(
        Map.of(
            "token",
            tokens.issue(identity),
            "userId",
            identity.user(),
            "tenantId",
            identity.tenant(),
            "name",
            user.text("name"),
            "openSessions",
            open + 1));
  }

  private Reply me(Call call) {
    Row user =
        call.session().first(ME, call.user()).orElseThrow(() -> Refusal.notFound("the user"));
    long watched = call.session().number(WATCHED, call.user());
    return Call.ok(with(user, Map.of("watchedIssues", watched)));
  }

  private Reply users(Call call) {
    String sql = faults.on(Fault.REWRITE_DISTINCT) ? USERS_DISTINCT : USERS;
    return Call.items(call.session().rows(sql, call.tenant(), call.limit(50), call.offset()));
  }

  private Reply user(Call call) {
    long id = call.id("userId");
    Row user = visible(call, id);
    long involved =
        faults.on(Fault.REWRITE_OR)
            ? call.session().number(INVOLVED_OR, call.tenant(), id, id)
            : call.session().number(INVOLVED, call.tenant(), id, call.tenant(), id);
    return Call.ok(with(user, Map.of("openIssues", involved)));
  }

  private Row visible(Call call, long id) {
    return call.session()
        .first(faults.on(Fault.REWRITE_CAST) ? USER_CAST : USER, id)
        .filter(user -> user.number("tenantId") == call.tenant())
        .orElseThrow(() -> Refusal.notFound("user " + id));
  }

  private Reply activity(Call call) {
    return Call.items(
        call.session().rows(ACTIVITY, call.id("userId"), call.tenant(), call.limit(20)));
  }

  /** A row with more fields. */
  static Map<String, Object> with(Row row, Map<String, Object> more) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (int i = 0; i < row.names().size(); i++) {
      Object value = row.values()[i];
      if (value != null) {
        all.put(row.names().get(i), value);
      }
    }
    all.putAll(more);
    return all;
  }
}

package dev.headroom.demo.api;

import dev.headroom.demo.db.Row;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tenant's audit trail. */
final class Trail {
  private static final String NEWEST =
      "SELECT e.id, e.issue_id AS \"issueId\", e.kind, e.detail, e.created_at AS \"createdAt\","
          + " u.name AS actor FROM audit_events e JOIN users u ON u.id = e.actor_id"
          + " WHERE e.tenant_id = ? ORDER BY e.created_at DESC, e.id DESC LIMIT ?";
  private static final String NEWEST_PLAIN =
      "SELECT id, issue_id AS \"issueId\", actor_id AS \"actorId\", kind, detail,"
          + " created_at AS \"createdAt\" FROM audit_events WHERE tenant_id = ?"
          + " ORDER BY created_at DESC, id DESC LIMIT ?";
  private static final String ACTOR = "SELECT name, role FROM users WHERE id = ?";

  private final Faults faults;

  Trail(Faults faults) {
    this.faults = faults;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/audit", this::newest).waits(Waits.READ).slowBy(Fault.SLOW_AUDIT));
  }

  private Reply newest(Call call) {
    int limit = call.limit(20);
    if (faults.off(Fault.N1_AUDIT)) {
      return Call.items(call.session().rows(NEWEST, call.tenant(), limit));
    }
    List<Map<String, Object>> events = new ArrayList<>();
    for (Row event : call.session().rows(NEWEST_PLAIN, call.tenant(), limit)) {
      String actor =
          call.session()
              .first(ACTOR, event.number("actorId"))
              .map(user -> user.text("name"))
              .orElse("");
      events.add(Accounts.with(event, Map.of("actor", actor)));
    }
    return Call.items(events);
  }
}

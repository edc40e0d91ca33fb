package dev.headroom.demo.api;

import dev.headroom.demo.db.Row;
import dev.headroom.demo.http.Reply;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Exchange with a foreign tracker, which is slow. */
final class Integrations {
  private static final String BY_REFERENCE =
      "SELECT id, tenant_id, title FROM issues WHERE external_ref = ?";
  private static final String HOOKS = "SELECT id, url FROM webhooks WHERE tenant_id = ? AND active";

  private final ThirdParty tracker;

  Integrations(ThirdParty tracker) {
    this.tracker = tracker;
  }

  List<Endpoint> endpoints() {
    return List.of(Endpoint.of("POST", "/api/integrations/sync", this::sync).waits(40));
  }

  private Reply sync(Call call) {
    String reference = call.body().path("ref").asText("EXT-" + call.user());
    Optional<Long> issue =
        call.session().rows(BY_REFERENCE, reference).stream()
            .filter(row -> row.number("tenant_id") == call.tenant())
            .map(row -> row.number("id"))
            .findFirst();
    List<Row> hooks = call.session().rows(HOOKS, call.tenant());
    call.session().release();
    boolean done = tracker.done("/v1/sync", call);
    call.session()
        .write(
            tx -> {
              Events.audit(
                  tx, call, issue.orElse(null), done ? "sync.done" : "sync.queued", reference);
              if (!done) {
                Events.mail(tx, call.user(), "synchronisation of " + reference + " is late");
              }
              return done;
            });
    return Call.ok(
        Map.of("ref", reference, "status", done ? "done" : "queued", "webhooks", hooks.size()));
  }
}

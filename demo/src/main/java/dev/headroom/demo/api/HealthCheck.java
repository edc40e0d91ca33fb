package dev.headroom.demo.api;

import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.http.Reply;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Whether this replica can work: it is not stopping, and its pool answers. */
final class HealthCheck {
  private static final long FRESH_NANOS = 1_000_000_000L;

  private final String replica;
  private final Database database;
  private final Workers workers;
  private final BooleanSupplier draining;

  HealthCheck(String replica, Database database, Workers workers, BooleanSupplier draining) {
    this.replica = replica;
    this.database = database;
    this.workers = workers;
    this.draining = draining;
  }

  Endpoint endpoint() {
    return Endpoint.of("GET", "/healthz", call -> check())
        .is(Endpoint.Trait.OPEN)
        .is(Endpoint.Trait.UNLIMITED);
  }

  private Reply check() {
    if (draining.getAsBoolean()) {
      return reply(503, "draining");
    }
    try {
      return answers() ? reply(200, "ok") : reply(503, "no database");
    } catch (RuntimeException e) {
      return reply(503, "no database: " + e.getMessage());
    }
  }

  // Whatever a request learned serves everybody who asks, so a busy pool need not be asked.
  private boolean answers() {
    if (database.sinceLastAnswer() < FRESH_NANOS) {
      return true;
    }
    try (Session session = database.session("", Context.root())) {
      return session.number("SELECT 1") == 1;
    }
  }

  private Reply reply(int status, String state) {
    return Reply.json(
        status,
        Json.bytes(
            Map.of(
                "status", state,
                "replica", replica,
                "busy", workers.busy(),
                "waiting", workers.waiting(),
                "pool", List.of(database.active(), database.idle(), database.waiting()))));
  }
}

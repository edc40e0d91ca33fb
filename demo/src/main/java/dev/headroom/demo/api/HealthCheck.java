package dev.headroom.demo.api;

import dev.headroom.demo.db.Database;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.http.Reply;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Whether this replica can work: it is not stopping, and its pool answers. */
final class HealthCheck {
  private static final long FRESH_NANOS = 1_000_000_000L;

  private final String replica;
  private final Database database;
  private final Workers workers;
  private final BooleanSupplier draining;
  private final LongSupplier nanos;
  private long lastAnswer;
  private boolean answered;

  HealthCheck(
      String replica,
      Database database,
      Workers workers,
      BooleanSupplier draining,
      LongSupplier nanos) {
    this.replica = replica;
    this.database = database;
    this.workers = workers;
    this.draining = draining;
    this.nanos = nanos;
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

  // One look per second serves everybody who asks; a busy pool has proven itself.
  private synchronized boolean answers() {
    long now = nanos.getAsLong();
    if (answered && now - lastAnswer < FRESH_NANOS) {
      return true;
    }
    if (answered && database.idle() == 0 && database.active() == database.size()) {
      return true;
    }
    answered = false;
    try (Session session = database.session("", Context.root())) {
      answered = session.number("SELECT 1") == 1;
    }
    lastAnswer = nanos.getAsLong();
    return answered;
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

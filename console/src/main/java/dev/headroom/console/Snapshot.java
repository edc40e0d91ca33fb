package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.EndpointStats;
import dev.headroom.apm.Window;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** All that the page shows of now; charts get the steps of the last minute and a half. */
record Snapshot(
    Overview overview,
    Traffic.Endpoints endpoints,
    List<Traffic.Point> points,
    List<Replicas.Replica> replicas,
    Database database,
    List<Database.Split> splits,
    Redis redis,
    List<Nodes.Node> nodes,
    Slow slow) {
  static final Duration STEP = Duration.ofSeconds(10);
  private static final Duration TAIL = Duration.ofSeconds(90);
  private static final Duration EVENTS = Duration.ofHours(1);

  static Snapshot of(Reads reads, String app, Slow slow) {
    Window minute = Traffic.lastMinute(reads);
    List<EndpointStats> endpoints = reads.queries().endpoints(minute);
    List<Replicas.Replica> replicas = Replicas.of(reads);
    List<Nodes.Node> nodes = Nodes.of(reads);
    Database database = Database.of(reads);
    Redis redis = Redis.of(reads);
    return new Snapshot(
        Overview.of(
            reads, app, Traffic.Sum.of(endpoints, minute), replicas, nodes, database, redis),
        Traffic.endpoints(endpoints, minute),
        Traffic.points(reads, TAIL, STEP, Optional.empty(), Optional.empty()),
        replicas,
        database,
        Database.splits(reads, TAIL, STEP),
        redis,
        nodes,
        slow);
  }

  static Overview overview(Reads reads, String app) {
    Window minute = Traffic.lastMinute(reads);
    return Overview.of(
        reads,
        app,
        Traffic.Sum.of(reads.queries().endpoints(minute), minute),
        Replicas.of(reads),
        Nodes.of(reads),
        Database.of(reads),
        Redis.of(reads));
  }

  /** What costs more to ask and changes less; taken anew every third time. */
  record Slow(
      List<Database.Statement> statements,
      Autoscaling autoscaler,
      List<Events.Event> events,
      TelemetryQueries.StoreStats store) {

    static Slow of(Reads reads) {
      return new Slow(
          Database.statements(
              reads, reads.recent(Vocabulary.QUERY_DURATION, Duration.ofMinutes(5)), 25),
          Autoscaling.of(reads, TAIL, STEP),
          Events.of(reads, EVENTS, 60),
          reads.queries().storeStats());
    }
  }
}

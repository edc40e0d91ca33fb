package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.Window;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How it is, now: what the frame of every page shows.
 *
 * @param traffic of the last minute
 * @param costPerHour USD of all nodes, at on-demand list prices
 * @param machineCores what this machine's processes keep busy
 * @param ageMs of the newest value of each source; one that never reported is absent
 */
record Overview(
    String app,
    long time,
    Verdict health,
    Traffic.Sum traffic,
    long replicasReady,
    Optional<Double> replicasDesired,
    int nodes,
    boolean nodesSimulated,
    Optional<Double> costPerHour,
    Optional<Double> machineCores,
    OptionalLong machineCoresTotal,
    Optional<Double> connections,
    long alertsFiring,
    Map<String, Long> ageMs) {

  private static final Map<String, String> SOURCES = sources();

  private static Map<String, String> sources() {
    Map<String, String> sources = new LinkedHashMap<>();
    sources.put("gateway", Vocabulary.HTTP_DURATION);
    sources.put("router", Vocabulary.QUERY_DURATION);
    sources.put("replicas", Vocabulary.REPLICA);
    sources.put("database", Vocabulary.DB_MEMBER);
    sources.put("redis", Vocabulary.REDIS_NODE);
    sources.put("nodes", Vocabulary.NODE_STATE);
    sources.put("autoscaler", Vocabulary.DESIRED_REPLICAS);
    return sources;
  }

  static Overview of(Reads reads, String app) {
    Window minute = Traffic.lastMinute(reads);
    Traffic.Sum traffic = Traffic.Sum.of(reads.queries().endpoints(minute), minute);
    List<Replicas.Replica> replicas = Replicas.of(reads);
    List<Nodes.Node> nodes = Nodes.of(reads);
    Database database = Database.of(reads);
    Redis redis = Redis.of(reads);
    List<GaugeValue> machine = List.copyOf(reads.present(Vocabulary.MACHINE_CPU, "headroom.cores"));
    List<Alerting.Active> firing =
        Alerting.active(reads).stream().filter(a -> a.state().equals("firing")).toList();
    List<Double> prices = nodes.stream().flatMap(n -> n.pricePerHour().stream()).toList();
    return new Overview(
        app,
        reads.now().toEpochMilli(),
        Verdict.of(
            traffic,
            replicas,
            database,
            redis,
            firing.stream().map(Alerting.Active::alert).toList()),
        traffic,
        replicas.stream().filter(Replicas.Replica::isReady).count(),
        measured(reads.sum(Vocabulary.DESIRED_REPLICAS)),
        nodes.size(),
        nodes.stream().anyMatch(Nodes.Node::simulated),
        prices.isEmpty()
            ? Optional.empty()
            : Optional.of(prices.stream().mapToDouble(p -> p).sum()),
        machine.stream().findFirst().map(GaugeValue::value),
        machine.stream()
            .map(m -> m.attributes().number("headroom.cores"))
            .findFirst()
            .orElse(OptionalLong.empty()),
        measured(reads.sum(Vocabulary.GATEWAY_CONNECTIONS)),
        firing.size(),
        ages(reads));
  }

  private static Optional<Double> measured(double value) {
    return Double.isNaN(value) ? Optional.empty() : Optional.of(value);
  }

  private static Map<String, Long> ages(Reads reads) {
    Map<String, Long> ages = new LinkedHashMap<>();
    SOURCES.forEach(
        (source, metric) ->
            reads
                .queries()
                .newest(metric)
                .ifPresent(
                    newest ->
                        ages.put(
                            source,
                            Math.max(0, Duration.between(newest, reads.now()).toMillis()))));
    return ages;
  }
}

package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.QueryStats;
import dev.headroom.apm.Window;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * PostgreSQL behind the router.
 *
 * @param clients connections of the application to the router
 * @param queueP95Ms wait for a server connection, of those that were asked for in the last minute
 */
record Database(
    List<Member> members,
    Optional<Double> clients,
    Optional<Double> queueP95Ms,
    List<Route> routes) {

  static Database of(Reads reads) {
    Map<String, Double> lagBytes = reads.values(Vocabulary.REPLAY_LAG_BYTES, Vocabulary.MEMBER);
    Map<String, Double> lagSeconds = reads.values(Vocabulary.REPLAY_LAG_SECONDS, Vocabulary.MEMBER);
    Map<String, Reads.Total> asked = new HashMap<>();
    for (Reads.Total total : reads.totals(Vocabulary.QUERY_DURATION, Vocabulary.MEMBER)) {
      asked.put(total.text(Vocabulary.MEMBER), total);
    }
    Map<String, Double> idle = new HashMap<>();
    Map<String, Double> active = new HashMap<>();
    for (GaugeValue pool :
        reads.present(Vocabulary.ROUTER_SERVERS, Vocabulary.MEMBER, Vocabulary.STATE)) {
      String member = pool.attributes().text(Vocabulary.MEMBER).orElse("");
      boolean busy = pool.attributes().text(Vocabulary.STATE).orElse("").equals("active");
      (busy ? active : idle).merge(member, pool.value(), Double::sum);
    }
    List<Member> members =
        reads.present(Vocabulary.DB_MEMBER, Vocabulary.MEMBER).stream()
            .map(
                state -> {
                  String name = state.attributes().text(Vocabulary.MEMBER).orElse("");
                  Optional<Reads.Total> total = Optional.ofNullable(asked.get(name));
                  return new Member(
                      name,
                      state.attributes().text(Vocabulary.ROLE).orElse(""),
                      state.attributes().text(Vocabulary.STATE).orElse(""),
                      state
                          .attributes()
                          .text("server.address")
                          .map(a -> a + ":" + state.attributes().text("server.port").orElse("")),
                      Optional.ofNullable(lagBytes.get(name)),
                      Optional.ofNullable(lagSeconds.get(name)),
                      total.map(Reads.Total::perSecond),
                      total.map(t -> Latency.millis(t.sketch().quantile(0.95))),
                      Optional.ofNullable(active.get(name)),
                      Optional.ofNullable(idle.get(name)));
                })
            .sorted(Comparator.comparing((Member m) -> !m.isPrimary()).thenComparing(Member::name))
            .toList();
    LatencySketch queued =
        reads.totals(Vocabulary.QUEUE_DURATION).stream()
            .map(Reads.Total::sketch)
            .reduce(LatencySketch.empty(), LatencySketch::merge);
    double clients = reads.sum(Vocabulary.ROUTER_CLIENTS);
    return new Database(
        members,
        Double.isNaN(clients) ? Optional.empty() : Optional.of(clients),
        queued.count() == 0 ? Optional.empty() : Optional.of(Latency.millis(queued.quantile(0.95))),
        reads.totals(Vocabulary.ROUTED, Vocabulary.ROLE, Vocabulary.REASON).stream()
            .map(t -> new Route(t.text(Vocabulary.ROLE), t.text(Vocabulary.REASON), t.perSecond()))
            .sorted(Comparator.comparingDouble(Route::perSecond).reversed())
            .toList());
  }

  /** Statements per second to the primary and to replicas, over time. */
  static List<Split> splits(Reads reads, Duration length, Duration step) {
    double seconds = step.toMillis() / 1e3;
    Map<Long, double[]> steps = new TreeMap<>();
    Window window = reads.steps(Vocabulary.ROUTED, length, step);
    for (MetricSeries series :
        reads.queries().series(Vocabulary.ROUTED, window, step, List.of(Vocabulary.ROLE))) {
      int at = series.group().text(Vocabulary.ROLE).orElse("").equals("primary") ? 0 : 1;
      series
          .points()
          .forEach(
              point ->
                  steps.computeIfAbsent(point.time().toEpochMilli(), t -> new double[2])[at] +=
                      point.value() / seconds);
    }
    return steps.entrySet().stream()
        .map(e -> new Split(e.getKey(), e.getValue()[0], e.getValue()[1]))
        .toList();
  }

  /** The statements on which most time was spent. */
  static List<Statement> statements(Reads reads, Window window, int limit) {
    return reads.queries().queries(window).stream()
        .limit(limit)
        .map(stats -> Statement.of(stats, window))
        .toList();
  }

  boolean hasPrimary() {
    return members.stream().anyMatch(m -> m.isPrimary() && m.isUp());
  }

  /** One server. */
  record Member(
      String name,
      String role,
      String state,
      Optional<String> address,
      Optional<Double> lagBytes,
      Optional<Double> lagSeconds,
      Optional<Double> perSecond,
      Optional<Double> p95Ms,
      Optional<Double> poolActive,
      Optional<Double> poolIdle) {

    boolean isPrimary() {
      return role.equals("primary");
    }

    boolean isUp() {
      return state.equals("up");
    }
  }

  /** Where statements went, and why. */
  record Route(String role, String reason, double perSecond) {}

  /** One step of the chart. */
  record Split(long time, double primaryPerSecond, double replicaPerSecond) {}

  /** One statement. */
  record Statement(
      String fingerprint,
      String text,
      long count,
      double perSecond,
      long onReplicas,
      double totalMs,
      Latency latency) {

    private static Statement of(QueryStats stats, Window window) {
      return new Statement(
          stats.fingerprint(),
          stats.text(),
          stats.count(),
          stats.count() / window.seconds(),
          stats.onReplicas(),
          Latency.millis(stats.latency().sum()),
          Latency.of(stats.latency()));
    }
  }
}

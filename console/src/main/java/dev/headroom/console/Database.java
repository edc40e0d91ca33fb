package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    Map<String, Pools.Pool> pools = Pools.of(reads);
    Map<String, Usage> usage = Usage.of(reads);
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
                      Optional.ofNullable(pools.get(name)),
                      Optional.ofNullable(usage.get(name)));
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
  static List<Map<String, Object>> splits(Reads reads, Steps steps) {
    Timeline timeline = new Timeline();
    for (MetricSeries series : reads.series(Vocabulary.ROUTED, steps, Vocabulary.ROLE)) {
      boolean primary = series.group().text(Vocabulary.ROLE).orElse("").equals("primary");
      timeline.add(
          primary ? "primaryPerSecond" : "replicaPerSecond",
          series,
          point -> point.value() / steps.seconds());
    }
    return timeline.points();
  }

  /** Each member over time. */
  static List<MemberSeries> memberSeries(Reads reads, Steps steps) {
    Map<String, Timeline> members = new TreeMap<>();
    for (MetricSeries series : reads.series(Vocabulary.QUERY_DURATION, steps, Vocabulary.MEMBER)) {
      timeline(members, series)
          .add("perSecond", series, point -> point.value() / steps.seconds())
          .add("p95Ms", series, point -> Latency.millis(point.sketch().quantile(0.95)));
    }
    for (MetricSeries series :
        reads.series(Vocabulary.REPLAY_LAG_BYTES, steps, Vocabulary.MEMBER)) {
      timeline(members, series).add("lagBytes", series, Point::value);
    }
    for (MetricSeries series :
        reads.series(Vocabulary.REPLAY_LAG_SECONDS, steps, Vocabulary.MEMBER)) {
      timeline(members, series).add("lagSeconds", series, Point::value);
    }
    for (MetricSeries series : reads.series(Vocabulary.DB_CPU, steps, Vocabulary.MEMBER)) {
      timeline(members, series).add("cpuCores", series, Point::value);
    }
    for (MetricSeries series : reads.series(Vocabulary.DB_MEMORY, steps, Vocabulary.MEMBER)) {
      timeline(members, series).add("memoryBytes", series, Point::value);
    }
    return members.entrySet().stream()
        .map(e -> new MemberSeries(e.getKey(), e.getValue().points()))
        .toList();
  }

  private static Timeline timeline(Map<String, Timeline> members, MetricSeries series) {
    return members.computeIfAbsent(
        series.group().text(Vocabulary.MEMBER).orElse(""), m -> new Timeline());
  }

  boolean hasPrimary() {
    return members.stream().anyMatch(m -> m.isPrimary() && m.isUp());
  }

  /** One server; {@code usage} is measured where its processes are this machine's. */
  record Member(
      String name,
      String role,
      String state,
      Optional<String> address,
      Optional<Double> lagBytes,
      Optional<Double> lagSeconds,
      Optional<Double> perSecond,
      Optional<Double> p95Ms,
      Optional<Pools.Pool> pool,
      Optional<Usage> usage) {

    boolean isPrimary() {
      return role.equals("primary");
    }

    boolean isUp() {
      return state.equals("up");
    }
  }

  /** What its processes use of what there is. */
  record Usage(
      Optional<Double> cpuCores,
      Optional<Double> cpuLimit,
      Optional<Double> memoryBytes,
      Optional<Double> memoryLimit) {

    private static Map<String, Usage> of(Reads reads) {
      Map<String, GaugeValue> cpu = byMember(reads, Vocabulary.DB_CPU);
      Map<String, GaugeValue> memory = byMember(reads, Vocabulary.DB_MEMORY);
      Set<String> names = new HashSet<>(cpu.keySet());
      names.addAll(memory.keySet());
      Map<String, Usage> usage = new HashMap<>();
      for (String name : names) {
        Optional<GaugeValue> cores = Optional.ofNullable(cpu.get(name));
        Optional<GaugeValue> bytes = Optional.ofNullable(memory.get(name));
        usage.put(
            name,
            new Usage(
                cores.map(GaugeValue::value),
                cores.flatMap(value -> number(value, "headroom.cores")),
                bytes.map(GaugeValue::value),
                bytes.flatMap(value -> number(value, "headroom.limit_bytes"))));
      }
      return usage;
    }

    private static Map<String, GaugeValue> byMember(Reads reads, String metric) {
      Map<String, GaugeValue> values = new HashMap<>();
      for (GaugeValue value : reads.present(metric, Vocabulary.MEMBER)) {
        values.put(value.attributes().text(Vocabulary.MEMBER).orElse(""), value);
      }
      return values;
    }

    private static Optional<Double> number(GaugeValue value, String word) {
      return value.attributes().get(word) instanceof Number number
          ? Optional.of(number.doubleValue())
          : Optional.empty();
    }
  }

  /** Where statements went, and why. */
  record Route(String role, String reason, double perSecond) {}

  /** One server over time. */
  record MemberSeries(String member, List<Map<String, Object>> points) {}
}

package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.signals.Vocabulary;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The replicas of the services, as they are now. */
final class Replicas {
  private static final String READY = "ready";

  private Replicas() {}

  static List<Replica> of(Reads reads) {
    Map<String, Double> cpu = reads.values(Vocabulary.REPLICA_CPU, Vocabulary.INSTANCE);
    Map<String, Double> memory = reads.values(Vocabulary.REPLICA_MEMORY, Vocabulary.INSTANCE);
    Map<String, Double> inFlight = reads.values(Vocabulary.IN_FLIGHT, Vocabulary.INSTANCE);
    Map<String, Reads.Total> upstream =
        reads.totals(Vocabulary.UPSTREAM_DURATION, Vocabulary.INSTANCE).stream()
            .collect(Collectors.toMap(t -> t.text(Vocabulary.INSTANCE), t -> t, (a, b) -> a));
    return reads.present(Vocabulary.REPLICA, Vocabulary.SERVICE, Vocabulary.INSTANCE).stream()
        .map(
            state -> {
              String instance = state.attributes().text(Vocabulary.INSTANCE).orElse("");
              return Replica.of(
                  state,
                  cpu.get(instance),
                  memory.get(instance),
                  inFlight.get(instance),
                  upstream.get(instance));
            })
        .sorted(
            Comparator.comparing(Replica::service)
                .thenComparingInt(r -> r.instance().length())
                .thenComparing(Replica::instance))
        .toList();
  }

  /** Each service over time: what its replicas use, all together. */
  static List<ServiceSeries> series(Reads reads, Steps steps) {
    Map<String, Timeline> services = new TreeMap<>();
    Map<String, String> measures =
        Map.of(
            "cpuCores", Vocabulary.REPLICA_CPU,
            "memoryBytes", Vocabulary.REPLICA_MEMORY,
            "inFlight", Vocabulary.IN_FLIGHT);
    measures.forEach(
        (name, metric) -> {
          for (MetricSeries series : reads.series(metric, steps, Vocabulary.SERVICE)) {
            series
                .group()
                .text(Vocabulary.SERVICE)
                .ifPresent(
                    service ->
                        services
                            .computeIfAbsent(service, s -> new Timeline())
                            .add(name, series, Point::value));
          }
        });
    return services.entrySet().stream()
        .map(e -> new ServiceSeries(e.getKey(), e.getValue().points()))
        .toList();
  }

  /** One service over time. */
  record ServiceSeries(String service, List<Map<String, Object>> points) {}

  /** One replica; what was not measured is absent. */
  record Replica(
      String service,
      String instance,
      String state,
      Optional<String> node,
      OptionalLong pid,
      OptionalLong port,
      OptionalLong restarts,
      Optional<Double> cpuCores,
      Optional<Double> memoryBytes,
      Optional<Double> inFlight,
      Optional<Double> perSecond,
      Optional<Double> p95Ms) {

    boolean isReady() {
      return state.equals(READY);
    }

    private static Replica of(
        GaugeValue state,
        @Nullable Double cpu,
        @Nullable Double memory,
        @Nullable Double inFlight,
        Reads.@Nullable Total upstream) {
      var words = state.attributes();
      Optional<Reads.Total> answered = Optional.ofNullable(upstream);
      return new Replica(
          words.text(Vocabulary.SERVICE).orElse(""),
          words.text(Vocabulary.INSTANCE).orElse(""),
          words.text(Vocabulary.STATE).orElse(""),
          words.text(Vocabulary.NODE),
          words.number("process.pid"),
          words.number("server.port"),
          words.number("headroom.restarts"),
          Optional.ofNullable(cpu),
          Optional.ofNullable(memory),
          Optional.ofNullable(inFlight),
          answered.map(Reads.Total::perSecond),
          answered.map(total -> Latency.millis(total.sketch().quantile(0.95))));
    }
  }
}

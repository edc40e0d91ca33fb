package dev.headroom.launcher;

import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.EndpointPoint;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.Window;
import dev.headroom.autoscaler.LatencyReading;
import dev.headroom.autoscaler.ReplicaMetrics;
import dev.headroom.autoscaler.ReplicaReading;
import dev.headroom.autoscaler.ReplicaReading.Measured;
import dev.headroom.autoscaler.ReplicaReading.Phase;
import dev.headroom.base.TimeSource;
import dev.headroom.runtime.ReplicaUsage;
import dev.headroom.runtime.ServiceRuntime;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The autoscaler's figures: which replicas there are, from the runtime; what they do, stored. */
final class StoredReplicaMetrics implements ReplicaMetrics {
  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final Duration CELL = Duration.ofSeconds(5);

  private final ServiceRuntime runtime;
  private final TelemetryQueries store;
  private final TimeSource time;

  StoredReplicaMetrics(ServiceRuntime runtime, TelemetryQueries store, TimeSource time) {
    this.runtime = runtime;
    this.store = store;
    this.time = time;
  }

  @Override
  public List<ReplicaReading> read(String service) {
    Map<String, Measured> cpu = means(Vocabulary.REPLICA_CPU, service);
    Map<String, Measured> inFlight = means(Vocabulary.IN_FLIGHT, service);
    return runtime.usage(service).stream()
        .map(
            replica ->
                new ReplicaReading(
                    replica.instance(),
                    phase(replica),
                    replica.startedAt(),
                    replica.ready(),
                    replica.readySince(),
                    Optional.ofNullable(cpu.get(replica.instance())),
                    Optional.ofNullable(inFlight.get(replica.instance()))))
        .toList();
  }

  @Override
  public Optional<LatencyReading> latency(String service) {
    Instant now = time.now();
    // The gateway reports how many requests are in progress even when there are none: its pulse.
    return store
        .newest(Vocabulary.IN_FLIGHT)
        .map(
            at -> {
              LatencySketch latency = LatencySketch.empty();
              for (EndpointPoint point :
                  store.endpointSeries(
                      Window.before(now, WINDOW), WINDOW, Optional.of(service), Optional.empty())) {
                latency = latency.merge(point.latency());
              }
              return new LatencyReading(
                  Duration.ofNanos(
                      latency.count() == 0 ? 0 : Math.round(latency.quantile(0.95) * 1e9)),
                  latency.count(),
                  at.isAfter(now) ? now : at,
                  WINDOW);
            });
  }

  private static Phase phase(ReplicaUsage replica) {
    return replica.startedAt().equals(Instant.EPOCH) ? Phase.PENDING : Phase.RUNNING;
  }

  private Map<String, Measured> means(String metric, String service) {
    Map<String, Measured> means = new HashMap<>();
    List<MetricSeries> all =
        store.series(
            metric,
            Window.before(time.now(), WINDOW),
            CELL,
            List.of(Vocabulary.SERVICE, Vocabulary.INSTANCE));
    for (MetricSeries series : all) {
      Optional<String> instance = series.group().text(Vocabulary.INSTANCE);
      boolean ofService =
          series.group().text(Vocabulary.SERVICE).filter(service::equals).isPresent();
      if (ofService && instance.isPresent() && !series.points().isEmpty()) {
        double mean = series.points().stream().mapToDouble(Point::value).average().orElseThrow();
        Instant last = series.points().getLast().time().plus(CELL);
        Instant at = last.isAfter(time.now()) ? time.now() : last;
        means.put(
            instance.get(), new Measured(mean, at, CELL.multipliedBy(series.points().size())));
      }
    }
    return means;
  }
}

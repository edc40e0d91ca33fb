package dev.headroom.launcher;

import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.Window;
import dev.headroom.autoscaler.UsageSource;
import dev.headroom.base.ByteSize;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What replicas used, as the store remembers it. */
record StoredUsage(TelemetryQueries store) implements UsageSource {
  private static final int MOST_KILLS = 1000;

  private record Key(String instance, Instant at) {}

  @Override
  public List<Sample> samples(String service, Instant from, Instant to, Duration step) {
    Map<Key, Double> memory = new HashMap<>();
    each(
        Vocabulary.REPLICA_MEMORY,
        service,
        from,
        to,
        step,
        (instance, point) -> memory.put(new Key(instance, point.time()), point.value()));
    List<Sample> samples = new ArrayList<>();
    each(
        Vocabulary.REPLICA_CPU,
        service,
        from,
        to,
        step,
        (instance, point) -> {
          Double bytes = memory.get(new Key(instance, point.time()));
          if (bytes != null) {
            samples.add(new Sample(instance, point.time().plus(step), point.value(), bytes));
          }
        });
    samples.sort(Comparator.comparing(Sample::at));
    return samples;
  }

  private interface Taker {
    void take(String instance, Point point);
  }

  private void each(
      String metric, String service, Instant from, Instant to, Duration step, Taker taker) {
    for (MetricSeries series :
        store.series(
            metric, new Window(from, to), step, List.of(Vocabulary.SERVICE, Vocabulary.INSTANCE))) {
      Optional<String> instance = series.group().text(Vocabulary.INSTANCE);
      if (instance.isPresent()
          && series.group().text(Vocabulary.SERVICE).filter(service::equals).isPresent()) {
        series.points().forEach(point -> taker.take(instance.get(), point));
      }
    }
  }

  @Override
  public List<MemoryKill> memoryKills(String service, Instant from, Instant to) {
    return store.events(new Window(from, to), Vocabulary.EVENT_OOM, MOST_KILLS).stream()
        .filter(
            event ->
                event.attributes().text(Vocabulary.SERVICE).filter(service::equals).isPresent())
        .flatMap(
            event -> {
              Attributes words = event.attributes();
              OptionalLong requested = words.number("headroom.memory.request");
              long peak = words.number("headroom.memory.peak").orElse(0);
              return words
                  .text(Vocabulary.INSTANCE)
                  .filter(_ -> requested.isPresent())
                  .map(
                      instance ->
                          new MemoryKill(
                              instance,
                              Instant.ofEpochSecond(0, event.epochNanos()),
                              new ByteSize(Math.max(requested.getAsLong(), peak))))
                  .stream();
            })
        .sorted(Comparator.comparing(MemoryKill::at))
        .toList();
  }
}

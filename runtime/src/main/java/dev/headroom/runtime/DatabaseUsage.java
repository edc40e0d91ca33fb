package dev.headroom.runtime;

import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures what the servers of a database use of this machine. Not thread-safe. */
final class DatabaseUsage {
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom-runtime");

  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final ProcessSampler sampler = new ProcessSampler();

  DatabaseUsage(TelemetryConsumer telemetry, TimeSource time) {
    this.telemetry = telemetry;
    this.time = time;
  }

  /**
   * Tells it.
   *
   * @param pids by member
   */
  void measure(Map<String, Long> pids) {
    Map<Long, ProcessSampler.Sample> samples = sampler.sample(pids.values());
    long now = time.epochNanos();
    List<Metric> metrics = new ArrayList<>();
    pids.forEach(
        (name, pid) -> {
          ProcessSampler.Sample sample = samples.get(pid);
          if (sample != null) {
            Attributes member = Attributes.of(Vocabulary.MEMBER, name);
            metrics.add(
                gauge(
                    Vocabulary.DB_CPU,
                    "{cpu}",
                    member.with("headroom.cores", (long) sampler.cores()),
                    now,
                    sample.cores()));
            metrics.add(
                gauge(
                    Vocabulary.DB_MEMORY,
                    "By",
                    member.with("headroom.limit_bytes", sampler.memoryBytes()),
                    now,
                    (double) sample.residentBytes()));
          }
        });
    if (!metrics.isEmpty()) {
      telemetry.accept(Telemetry.metrics(metrics));
    }
  }

  private static Metric gauge(
      String name, String unit, Attributes attributes, long now, double value) {
    return new Metric.Gauge(name, unit, attributes, RESOURCE, now, now, value);
  }
}

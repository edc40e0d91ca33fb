package dev.headroom.apm;

import dev.headroom.apm.TelemetryQueries.Dropped;
import dev.headroom.signals.OtlpSignal;
import dev.headroom.signals.Telemetry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What was not taken, by signal and reason. Thread-safe. */
final class DropCounts {
  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

  void add(String signal, String reason, long items) {
    if (items > 0) {
      counts.computeIfAbsent(signal + "\0" + reason, k -> new LongAdder()).add(items);
    }
  }

  /** What the items of a signal are called. */
  static String name(OtlpSignal signal) {
    return switch (signal) {
      case TRACES -> "spans";
      case METRICS -> "metrics";
      case LOGS -> "logs";
    };
  }

  void add(Telemetry batch, String reason) {
    add("spans", reason, batch.spans().size());
    add("metrics", reason, batch.metrics().size());
    add("logs", reason, batch.logs().size());
  }

  List<Dropped> list() {
    return counts.entrySet().stream()
        .map(
            e -> {
              int split = e.getKey().indexOf('\0');
              return new Dropped(
                  e.getKey().substring(0, split),
                  e.getKey().substring(split + 1),
                  e.getValue().sum());
            })
        .toList();
  }
}

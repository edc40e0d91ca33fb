package dev.headroom.console;

import dev.headroom.apm.Window;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What happened: decisions, failovers, replicas that came and went. */
final class Events {
  // Not all of headroom.*: one event per statement ever seen would cover the others.
  private static final List<String> NAMES =
      List.of(
          Vocabulary.EVENT_SCALE,
          Vocabulary.EVENT_FAILOVER,
          Vocabulary.EVENT_REPLICA,
          Vocabulary.EVENT_REDIS,
          Vocabulary.EVENT_POOL,
          Vocabulary.EVENT_NODE,
          Vocabulary.EVENT_EJECTION,
          Vocabulary.EVENT_PURGE,
          Vocabulary.EVENT_RESIZE,
          Vocabulary.EVENT_OOM,
          Vocabulary.EVENT_CONSOLIDATION,
          Vocabulary.EVENT_INTERRUPTION,
          Vocabulary.EVENT_ALERT);

  private Events() {}

  static List<Event> of(Reads reads, Window window, int limit) {
    return named(reads, window, NAMES, limit);
  }

  /** Those whose name begins with one of {@code names}, newest first. */
  static List<Event> named(Reads reads, Window window, List<String> names, int limit) {
    return names.stream()
        .flatMap(name -> reads.queries().events(window, name, limit).stream())
        .sorted(Comparator.comparingLong(LogRecord::epochNanos).reversed())
        .distinct()
        .limit(limit)
        .map(Event::of)
        .toList();
  }

  /** One event; {@code severity} is OTLP's number. */
  record Event(long time, int severity, String name, String body, Map<String, Object> attributes) {

    static Event of(LogRecord log) {
      return new Event(
          log.epochNanos() / 1_000_000,
          log.severity(),
          log.eventName(),
          log.body(),
          log.attributes().toMap());
    }
  }
}

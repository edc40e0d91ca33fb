package dev.headroom.apm;

import dev.headroom.apm.analysis.ErrorFingerprint;
import dev.headroom.apm.analysis.SpanFacts;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.SpanId;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of each group of exceptions beside its counts: text, first and last time, samples.
 * Bounded; the group that was not seen for longest goes first. Thread-safe.
 */
final class ErrorGroups {
  private static final int MOST = 2_000;
  private static final int MOST_SAMPLES = 5;
  private static final int MOST_REMEMBERED = 20_000;
  private static final int LONGEST_STACK = 32_768;
  private static final int LONGEST_MESSAGE = 2_048;

  /** A group that goes on is written anew this often. */
  private static final long WRITE_NANOS = 30_000_000_000L;

  // Guarded by this, as all below.
  private final Map<String, Group> groups = bounded(MOST);
  private final Map<Once, Boolean> counted = bounded(MOST_REMEMBERED);
  private final Map<String, Group> unstored = new LinkedHashMap<>();

  /** A group as it is stored. Times are nanoseconds since 1970. */
  record Group(
      String id,
      String service,
      String type,
      String message,
      String location,
      String stackTrace,
      long firstSeen,
      long lastSeen,
      long storedAt,
      List<TraceId> samples) {

    Group {
      samples = List.copyOf(samples);
    }

    /** With one more exception; stored anew only every now and then. */
    private Group and(Group more) {
      boolean newer = more.lastSeen >= lastSeen;
      boolean due = more.lastSeen - storedAt >= WRITE_NANOS;
      List<TraceId> newest = new ArrayList<>(more.samples);
      newest.addAll(samples);
      return new Group(
          id,
          service,
          type,
          newer ? more.message : message,
          location,
          newer && !more.stackTrace.isEmpty() ? more.stackTrace : stackTrace,
          Math.min(firstSeen, more.firstSeen),
          Math.max(lastSeen, more.lastSeen),
          due ? more.lastSeen : storedAt,
          newest.subList(0, Math.min(MOST_SAMPLES, newest.size())));
    }
  }

  /** An exception is told by each span it passes, and by logs as well: it is one per trace. */
  private record Once(String group, TraceId trace) {}

  private static <K, V> Map<K, V> bounded(int most) {
    return new LinkedHashMap<>(256, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  /**
   * Takes an exception.
   *
   * @param exception {@code exception.type}, {@code .message}, {@code .stacktrace}
   * @return the series it counts in; empty when its trace has been counted
   */
  synchronized Optional<Attributes> learn(
      Attributes exception, Attributes resource, TraceId trace, SpanId span, long time) {
    String service = SpanFacts.service(resource);
    String type = exception.text("exception.type").orElse("");
    String message = cut(exception.text("exception.message").orElse(""), LONGEST_MESSAGE);
    String stack = cut(exception.text("exception.stacktrace").orElse(""), LONGEST_STACK);
    ErrorFingerprint fingerprint = ErrorFingerprint.of(service, type, message, stack);
    String id = fingerprint.id();
    if (trace.isValid() && counted.put(new Once(id, trace), true) != null) {
      return Optional.empty();
    }
    List<TraceId> sample = trace.isValid() ? List.of(trace) : List.of();
    Group seen =
        new Group(
            id, service, type, message, fingerprint.location(), stack, time, time, time, sample);
    Group before = groups.get(id);
    Group group = before == null ? seen : before.and(seen);
    groups.put(id, group);
    if (before == null || group.storedAt != before.storedAt) {
      unstored.put(id, group);
    }
    return Optional.of(
        Attributes.of(
            Vocabulary.ERROR_GROUP,
            id,
            "service.name",
            service,
            "service.version",
            resource.text("service.version").orElse("")));
  }

  private static String cut(String text, int most) {
    return text.length() > most ? text.substring(0, most) : text;
  }

  /** Puts back what was stored. */
  synchronized void load(Group group) {
    groups.put(group.id, group);
  }

  synchronized Optional<Group> find(String id) {
    return Optional.ofNullable(groups.get(id));
  }

  /** What should be written since the last call. */
  synchronized List<Group> drain() {
    List<Group> all = List.copyOf(unstored.values());
    unstored.clear();
    return all;
  }
}

package dev.headroom.console;

import com.linecorp.armeria.common.QueryParams;
import dev.headroom.apm.Window;
import dev.headroom.base.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** The query part of a request to the API. */
record Parameters(QueryParams query) {
  private static final Duration LONGEST = Duration.ofDays(31);

  /** A wrong request; the message says what would have been right. */
  static final class Wrong extends RuntimeException {
    Wrong(String message) {
      super(message, null, false, false);
    }
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(query.get(name)).filter(text -> !text.isEmpty());
  }

  /** {@code window=5m}. */
  Duration length(Duration absent) {
    Optional<String> text = text("window");
    if (text.isEmpty()) {
      return absent;
    }
    return Durations.parse(text.get())
        .filter(d -> d.compareTo(Duration.ofSeconds(1)) >= 0 && d.compareTo(LONGEST) <= 0)
        .orElseThrow(
            () -> new Wrong("window: " + text.get() + " (expected: 1s to 31d, for example 5m)"));
  }

  /** {@code since=2026-01-01T00:00:00Z}: from then to now; else the window that was measured. */
  Window window(Reads reads, String metric, Duration absent) {
    return between(reads).orElseGet(() -> reads.recent(metric, length(absent)));
  }

  /** The same for what happened rather than was counted: without since it ends now. */
  Window untilNow(Reads reads, Duration absent) {
    return between(reads)
        .orElseGet(() -> Window.before(reads.now().plusSeconds(1), length(absent)));
  }

  /** The same in whole steps, for a chart. */
  Steps steps(Reads reads, String metric, Duration absent) {
    return Steps.of(window(reads, metric, absent));
  }

  private Optional<Window> between(Reads reads) {
    Optional<String> since = text("since");
    if (since.isEmpty()) {
      return Optional.empty();
    }
    if (text("window").isPresent()) {
      throw new Wrong("window and since (expected: one of them)");
    }
    Instant from = instant("since", since.get());
    Instant to = text("until").map(until -> instant("until", until)).orElse(reads.now());
    if (to.isBefore(from) || Duration.between(from, to).compareTo(LONGEST) > 0) {
      throw new Wrong("since: " + since.get() + " (expected: in the last 31 days)");
    }
    return Optional.of(new Window(from, to));
  }

  private static Instant instant(String name, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new Wrong(name + ": " + text + " (expected: ISO 8601, 2026-01-01T00:00:00Z)");
    }
  }

  int limit(int absent, int most) {
    Optional<String> text = text("limit");
    if (text.isEmpty()) {
      return absent;
    }
    try {
      int limit = Integer.parseInt(text.get());
      if (limit >= 1 && limit <= most) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new Wrong("limit: " + text.get() + " (expected: 1 to " + most + ")");
  }
}

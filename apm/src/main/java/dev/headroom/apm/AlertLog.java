package dev.headroom.apm;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Alerts as the store knows them: which hold now, what changed, what was sent. It reads telemetry
 * only, so it works wherever the store can be asked. Thread-safe.
 */
public final class AlertLog {
  /** The evaluator writes every 5 s: an older state is over. */
  private static final Duration CURRENT = Duration.ofSeconds(20);

  private final TelemetryQueries queries;

  public AlertLog(TelemetryQueries queries) {
    this.queries = queries;
  }

  /** Alerts that hold, firing ones first, then by how long. */
  public List<Active> active() {
    Map<Attributes, Double> values = new HashMap<>();
    for (GaugeValue value : queries.latest(Vocabulary.ALERT_VALUE, CURRENT)) {
      values.put(identity(value.attributes()), value.value());
    }
    Map<Attributes, GaugeValue> newest = new HashMap<>();
    for (GaugeValue state : queries.latest(Vocabulary.ALERT_STATE, CURRENT)) {
      // A state that has just ended still has a young point.
      newest.merge(
          identity(state.attributes()), state, (a, b) -> a.time().isBefore(b.time()) ? b : a);
    }
    return newest.values().stream()
        .map(state -> Active.of(state, values.getOrDefault(identity(state.attributes()), 0.0)))
        .filter(active -> active.state() != State.RESOLVED)
        .sorted(
            Comparator.comparing((Active a) -> a.state()).reversed().thenComparing(Active::since))
        .toList();
  }

  /** What began and ended to fire, newest first. */
  public List<Change> history(Window window, int limit) {
    return queries.events(window, Vocabulary.EVENT_ALERT, limit).stream()
        .filter(event -> event.eventName().equals(Vocabulary.EVENT_ALERT))
        .map(Change::of)
        .toList();
  }

  /** What was sent to channels, and what was not, newest first. */
  public List<Delivery> deliveries(Window window, int limit) {
    return queries.events(window, Vocabulary.EVENT_NOTIFICATION, limit).stream()
        .map(Delivery::of)
        .toList();
  }

  private static Attributes identity(Attributes attributes) {
    return Attributes.of(
        Vocabulary.ALERT, text(attributes, Vocabulary.ALERT),
        Vocabulary.SUBJECT, text(attributes, Vocabulary.SUBJECT));
  }

  private static String text(Attributes attributes, String key) {
    return attributes.text(key).orElse("");
  }

  /** Where an alert is. */
  public enum State {
    /** It holds, but not yet for as long as it must. */
    PENDING,
    FIRING,
    RESOLVED
  }

  /**
   * An alert that holds.
   *
   * @param subject the endpoint it is about; empty: all requests together
   * @param value in the unit of its measure: seconds, a fraction, requests per second
   * @param severity {@code page} or {@code ticket}
   */
  public record Active(
      String alert,
      String condition,
      String subject,
      State state,
      double value,
      Instant since,
      String channel,
      String severity) {

    private static Active of(GaugeValue state, double value) {
      Attributes attributes = state.attributes();
      return new Active(
          text(attributes, Vocabulary.ALERT),
          text(attributes, Vocabulary.CONDITION),
          text(attributes, Vocabulary.SUBJECT),
          AlertLog.state(text(attributes, Vocabulary.STATE)),
          value,
          instant(text(attributes, Vocabulary.SINCE), state.time()),
          text(attributes, Vocabulary.CHANNEL),
          text(attributes, Vocabulary.SEVERITY));
    }

    private static Instant instant(String text, Instant otherwise) {
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        return otherwise;
      }
    }
  }

  /**
   * A change of state.
   *
   * @param value as people read it
   * @param text one sentence
   */
  public record Change(
      Instant time,
      String alert,
      String condition,
      String subject,
      State state,
      String value,
      String channel,
      String severity,
      String text) {

    private static Change of(LogRecord event) {
      Attributes attributes = event.attributes();
      return new Change(
          Times.instant(event.epochNanos()),
          AlertLog.text(attributes, Vocabulary.ALERT),
          AlertLog.text(attributes, Vocabulary.CONDITION),
          AlertLog.text(attributes, Vocabulary.SUBJECT),
          AlertLog.state(AlertLog.text(attributes, Vocabulary.STATE)),
          AlertLog.text(attributes, Vocabulary.VALUE),
          AlertLog.text(attributes, Vocabulary.CHANNEL),
          AlertLog.text(attributes, Vocabulary.SEVERITY),
          event.body());
    }
  }

  /**
   * A message to a channel.
   *
   * @param outcome {@code delivered}, {@code failed} or {@code suppressed}
   * @param reason why not, else the status
   */
  public record Delivery(
      Instant time, String channel, String outcome, String reason, long attempts, String text) {

    private static Delivery of(LogRecord event) {
      Attributes attributes = event.attributes();
      return new Delivery(
          Times.instant(event.epochNanos()),
          AlertLog.text(attributes, Vocabulary.CHANNEL),
          AlertLog.text(attributes, Vocabulary.STATE),
          AlertLog.text(attributes, Vocabulary.REASON),
          attributes.number("headroom.attempts").orElse(0),
          event.body());
    }
  }

  private static State state(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "firing" -> State.FIRING;
      case "pending" -> State.PENDING;
      default -> State.RESOLVED;
    };
  }
}

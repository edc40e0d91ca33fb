package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.Window;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.AlertSpec;
import dev.headroom.spec.ScaledApp;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The document's alerts: which hold, since when, whom it was told, what is silent. */
record Alerting(List<Rule> rules, List<Active> active, List<Events.Event> history) {
  private static final Duration SILENCES = Duration.ofDays(31);
  private static final List<String> HISTORY =
      List.of(Vocabulary.EVENT_ALERT, Vocabulary.EVENT_NOTIFICATION, Vocabulary.EVENT_SILENCE);
  private static final int MOST = 300;

  static Alerting of(Reads reads, ScaledApp app, Window window) {
    List<Active> active = active(reads);
    Map<String, Instant> silences = silences(reads);
    return new Alerting(
        app.alerts().stream()
            .map(spec -> Rule.of(spec, active, Optional.ofNullable(silences.get(spec.title()))))
            .toList(),
        active,
        Events.named(reads, window, HISTORY, MOST));
  }

  static List<Active> active(Reads reads) {
    Map<List<String>, Double> values = new HashMap<>();
    for (GaugeValue value :
        reads.present(Vocabulary.ALERT_VALUE, Vocabulary.ALERT, Vocabulary.SUBJECT)) {
      values.put(key(value.attributes()), value.value());
    }
    List<Active> all = new ArrayList<>();
    for (GaugeValue state :
        reads.present(Vocabulary.ALERT_STATE, Vocabulary.ALERT, Vocabulary.SUBJECT)) {
      Attributes words = state.attributes();
      all.add(
          new Active(
              words.text(Vocabulary.ALERT).orElse(""),
              words.text(Vocabulary.SUBJECT).orElse(""),
              words.text(Vocabulary.STATE).orElse(""),
              words.text(Vocabulary.CONDITION).orElse(""),
              words.text(Vocabulary.CHANNEL).orElse(""),
              words.text(Vocabulary.SEVERITY).orElse(""),
              words.text(Vocabulary.SINCE).flatMap(Alerting::instant).map(Instant::toEpochMilli),
              Optional.ofNullable(values.get(key(words)))));
    }
    all.sort(
        Comparator.comparing((Active a) -> !a.state().equals("firing"))
            .thenComparing(Active::alert)
            .thenComparing(Active::subject));
    return all;
  }

  private static List<String> key(Attributes words) {
    return List.of(
        words.text(Vocabulary.ALERT).orElse(""), words.text(Vocabulary.SUBJECT).orElse(""));
  }

  /* The newest word on each alert counts; a silence that was ended ends at once. */
  private static Map<String, Instant> silences(Reads reads) {
    Map<String, Instant> silences = new HashMap<>();
    Window window = Window.before(reads.now().plusSeconds(1), SILENCES);
    for (LogRecord event : reads.queries().events(window, Vocabulary.EVENT_SILENCE, MOST)) {
      event
          .attributes()
          .text("headroom.until")
          .flatMap(Alerting::instant)
          .ifPresent(
              until ->
                  silences.putIfAbsent(
                      event.attributes().text(Vocabulary.ALERT).orElse(""), until));
    }
    silences.values().removeIf(until -> !until.isAfter(reads.now()));
    return silences;
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** One alert of the document; the worst of its subjects is its state. */
  record Rule(
      String name,
      String condition,
      Optional<String> service,
      Optional<String> route,
      String channel,
      int minRequests,
      String state,
      Optional<Long> silentUntil) {

    private static Rule of(AlertSpec spec, List<Active> active, Optional<Instant> silent) {
      String title = spec.title();
      String state =
          active.stream()
              .filter(a -> a.alert().equals(title))
              .map(Active::state)
              .findFirst()
              .orElse("inactive");
      return new Rule(
          title,
          spec.when().map(Object::toString).orElse("")
              + spec.slo().map(objective -> "SLO " + objective).orElse(""),
          spec.service(),
          spec.route().map(Object::toString),
          spec.channel().orElse(""),
          spec.minRequests(),
          state,
          silent.map(Instant::toEpochMilli));
    }
  }

  /** An alert that holds, or is about to. */
  record Active(
      String alert,
      String subject,
      String state,
      String condition,
      String channel,
      String severity,
      Optional<Long> since,
      Optional<Double> value) {}
}

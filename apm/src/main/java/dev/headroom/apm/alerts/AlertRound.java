package dev.headroom.apm.alerts;

import dev.headroom.apm.AlertLog;
import dev.headroom.apm.AlertLog.State;
import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryStore;
import dev.headroom.apm.Window;
import dev.headroom.apm.alerts.AlertStates.Standing;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Metric;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TraceId;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.AlertCondition;
import dev.headroom.spec.AlertSpec;
import dev.headroom.spec.ChannelSpec;
import dev.headroom.spec.ScaledApp;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All alerts of a document, evaluated one after the other. Of one thread, but for silences. */
public final class AlertRound {
  /** Data older than this decides nothing: whoever measures is gone. */
  private static final Duration STALE = Duration.ofSeconds(30);

  /** Before the first measurement there is nobody to miss. */
  private static final Duration LATEST_CELL = Duration.ofSeconds(5);

  /** Windows that the store's memory does not hold are read from the disk, and less often. */
  private static final Duration IN_MEMORY = Duration.ofMinutes(18);

  private static final Duration DISK_INTERVAL = Duration.ofSeconds(30);
  private static final Duration SLO_HOLDS = Duration.ZERO;
  private static final int TRACES = 3;
  private static final Attributes RESOURCE = Attributes.of("service.name", "headroom");

  private final ScaledApp app;
  private final TelemetryStore store;
  private final Notifier notifier;
  private final Optional<URI> console;
  private final Instant watchedSince;
  private final Map<AlertSpec, Rule> rules = new LinkedHashMap<>();
  private final Map<String, Instant> silences;

  public AlertRound(
      ScaledApp app,
      TelemetryStore store,
      Notifier notifier,
      Optional<URI> console,
      Instant watchedSince) {
    this(app, store, notifier, console, watchedSince, new ConcurrentHashMap<>());
    restore();
  }

  private AlertRound(
      ScaledApp app,
      TelemetryStore store,
      Notifier notifier,
      Optional<URI> console,
      Instant watchedSince,
      Map<String, Instant> silences) {
    this.app = app;
    this.store = store;
    this.notifier = notifier;
    this.console = console;
    this.watchedSince = watchedSince;
    this.silences = silences;
    app.alerts().forEach(alert -> rules.put(alert, new Rule(alert)));
  }

  /** The same for another document; alerts that are in both go on. */
  public AlertRound with(ScaledApp next) {
    AlertRound round = new AlertRound(next, store, notifier, console, watchedSince, silences);
    rules.forEach((alert, rule) -> round.rules.computeIfPresent(alert, (a, fresh) -> rule));
    return round;
  }

  /* What fired when the process ended fires on without being told again; silences last. */
  private void restore() {
    Window lately = Window.before(watchedSince.plusSeconds(1), Duration.ofDays(7));
    Map<List<String>, AlertLog.Change> newest = new LinkedHashMap<>();
    new AlertLog(store)
        .history(lately, 1_000)
        .forEach(change -> newest.putIfAbsent(List.of(change.alert(), change.subject()), change));
    for (Rule rule : rules.values()) {
      for (AlertLog.Change change : newest.values()) {
        if (change.state() == State.FIRING && change.alert().equals(rule.alert.title())) {
          rule.restore(change);
        }
      }
    }
    store
        .events(lately, Vocabulary.EVENT_SILENCE, 1_000)
        .forEach(
            event ->
                silences.putIfAbsent(
                    event.attributes().text(Vocabulary.ALERT).orElse(""),
                    Instant.parse(
                        event.attributes().text("headroom.until").orElse("1970-01-01T00:00:00Z"))));
  }

  public void silence(String alert, Instant until) {
    silences.put(alert, until);
  }

  /** Evaluates what is due. */
  public void run(Instant now) {
    Optional<Instant> newest = store.newest(Vocabulary.HTTP_DURATION);
    boolean stale = newest.isPresent() && newest.get().plus(STALE).isBefore(now);
    // Cells are measured up to their newest end; without a gateway, spans arrive a cell late.
    Instant end = newest.filter(n -> !stale && n.isBefore(now)).orElse(now);
    if (newest.isEmpty()) {
      end = now.minus(LATEST_CELL);
    }
    Figures figures = new Figures(store);
    List<Metric> metrics = new ArrayList<>();
    for (Rule rule : rules.values()) {
      if (rule.isDue(now, stale)) {
        AlertStates.Round round = rule.evaluate(figures, stale ? now : end, now);
        rule.standing = round.standing();
        tell(rule.alert, round.changes(), now);
      }
      rule.standing.forEach(standing -> measure(rule.alert, standing, now, metrics));
      rule.standing = rule.standing.stream().filter(s -> s.state() != State.RESOLVED).toList();
    }
    if (!metrics.isEmpty()) {
      store.accept(Telemetry.metrics(metrics));
    }
  }

  private static void measure(
      AlertSpec alert, Standing standing, Instant now, List<Metric> metrics) {
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    Attributes subject =
        Attributes.of(
            Vocabulary.ALERT, alert.title(), Vocabulary.SUBJECT, standing.reading().subject());
    Attributes state =
        Attributes.of(
            Vocabulary.ALERT,
            alert.title(),
            Vocabulary.SUBJECT,
            standing.reading().subject(),
            Vocabulary.STATE,
            word(standing.state()),
            Vocabulary.CONDITION,
            condition(alert),
            Vocabulary.CHANNEL,
            alert.channel().orElse(""),
            Vocabulary.SEVERITY,
            standing.reading().severity(),
            Vocabulary.SINCE,
            standing.since().toString());
    metrics.add(new Metric.Gauge(Vocabulary.ALERT_STATE, "1", state, RESOURCE, nanos, nanos, 1));
    metrics.add(
        new Metric.Gauge(
            Vocabulary.ALERT_VALUE,
            "1",
            subject,
            RESOURCE,
            nanos,
            nanos,
            standing.reading().value()));
  }

  private void tell(AlertSpec alert, List<Standing> changes, Instant now) {
    Map<State, List<Standing>> byState = new EnumMap<>(State.class);
    for (Standing change : changes) {
      note(alert, change, now);
      byState.computeIfAbsent(change.state(), s -> new ArrayList<>()).add(change);
    }
    byState.forEach((state, standing) -> tell(alert, state, standing, now));
  }

  private void tell(AlertSpec alert, State state, List<Standing> standing, Instant now) {
    Notice notice =
        new Notice(
            app.name(),
            alert.title(),
            condition(alert),
            standing.getFirst().reading().severity(),
            state,
            now,
            standing.stream().map(s -> item(s, now)).toList(),
            console);
    String name = alert.channel().orElse("");
    @Nullable Instant silentUntil = silences.get(alert.title());
    @Nullable ChannelSpec channel = app.channels().get(name);
    if (channel == null) {
      return;
    }
    if (silentUntil != null && silentUntil.isAfter(now)) {
      notifier.suppress(name, notice, "silent until " + silentUntil);
    } else if (standing.stream().allMatch(Standing::flapping)) {
      notifier.suppress(name, notice, "flapping: more than four times in an hour");
    } else {
      notifier.tell(name, channel, notice);
    }
  }

  private Notice.Item item(Standing standing, Instant now) {
    Reading reading = standing.reading();
    List<TraceId> traces =
        standing.state() == State.FIRING && reading.endpoint().isPresent()
            ? store
                .traces(
                    Window.before(now, Duration.ofMinutes(5)),
                    Optional.of(reading.endpoint().get().route()),
                    true,
                    TRACES)
                .stream()
                .map(TelemetryQueries.TraceSummary::traceId)
                .toList()
            : List.of();
    return new Notice.Item(reading.subject(), reading.text(), standing.since(), traces);
  }

  private void note(AlertSpec alert, Standing change, Instant now) {
    boolean firing = change.state() == State.FIRING;
    String subject = change.reading().subject();
    store.accept(
        Telemetry.event(
            LogRecord.event(
                now.getEpochSecond() * 1_000_000_000L + now.getNano(),
                firing ? LogRecord.WARN : LogRecord.INFO,
                Vocabulary.EVENT_ALERT,
                "%s %s%s: %s"
                    .formatted(
                        alert.title(),
                        firing ? "fires" : "is over",
                        subject.isEmpty() ? "" : " on " + subject,
                        change.reading().text()),
                Attributes.of(
                    Vocabulary.ALERT,
                    alert.title(),
                    Vocabulary.SUBJECT,
                    subject,
                    Vocabulary.STATE,
                    word(change.state()),
                    Vocabulary.CONDITION,
                    condition(alert),
                    Vocabulary.VALUE,
                    change.reading().text(),
                    Vocabulary.CHANNEL,
                    alert.channel().orElse(""),
                    Vocabulary.SEVERITY,
                    change.reading().severity()))));
  }

  private static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static String condition(AlertSpec alert) {
    return alert
        .when()
        .map(AlertCondition::toString)
        .orElseGet(() -> alert.slo().map(Object::toString).orElse(""));
  }

  /** One alert and where it is. */
  private final class Rule {
    private final AlertSpec alert;
    private final AlertStates states;
    private final Optional<BurnRate> burnRate;
    private final boolean fromDisk;
    private Instant evaluated = Instant.EPOCH;
    private List<Standing> standing = List.of();

    Rule(AlertSpec alert) {
      this.alert = alert;
      this.states = new AlertStates(holds(alert));
      this.burnRate = alert.slo().map(objective -> new BurnRate(alert, objective));
      this.fromDisk =
          alert.when().map(AlertRound::reach).filter(r -> r.compareTo(IN_MEMORY) > 0).isPresent();
    }

    void restore(AlertLog.Change change) {
      Optional<dev.headroom.apm.Endpoint> endpoint = Optional.empty();
      String[] words = change.subject().split(" ", 3);
      if (words.length == 3) {
        endpoint = Optional.of(new dev.headroom.apm.Endpoint(words[0], words[1], words[2]));
      }
      states.restore(
          new Reading(endpoint, 0, change.value(), true, change.severity()), change.time());
    }

    boolean isDue(Instant now, boolean stale) {
      boolean absence = alert.when().filter(w -> w instanceof AlertCondition.Absence).isPresent();
      return (!stale || absence) && (!fromDisk || !evaluated.plus(DISK_INTERVAL).isAfter(now));
    }

    AlertStates.Round evaluate(Figures figures, Instant end, Instant now) {
      evaluated = now;
      List<Reading> readings =
          alert
              .when()
              .map(when -> Conditions.read(alert, when, figures, end, watchedSince))
              .orElseGet(() -> burnRate.map(burn -> burn.read(store, end)).stream().toList());
      return states.next(readings, now);
    }
  }

  private static Duration reach(AlertCondition condition) {
    return switch (condition) {
      case AlertCondition.Threshold threshold -> threshold.over();
      case AlertCondition.Absence absence -> absence.holds();
      case AlertCondition.Change change -> change.within().plus(change.over());
    };
  }

  /* An absence has lasted when it is seen; a burn rate looks at windows of its own. */
  private static Duration holds(AlertSpec alert) {
    return alert
        .when()
        .map(
            when ->
                switch (when) {
                  case AlertCondition.Threshold threshold -> threshold.holds();
                  case AlertCondition.Absence _ -> Duration.ZERO;
                  case AlertCondition.Change change -> change.holds();
                })
        .orElse(SLO_HOLDS);
  }
}

package dev.headroom.apm;

import dev.headroom.apm.alerts.AlertRound;
import dev.headroom.apm.alerts.Notice;
import dev.headroom.apm.alerts.Notifier;
import dev.headroom.apm.alerts.Sender;
import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.Reloadable;
import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.AlertSpec;
import dev.headroom.spec.ScaledApp;
import dev.headroom.spec.Secrets;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Evaluates the document's alerts every five seconds and tells its channels. What holds, what
 * changed and what was sent goes to the store, where {@link AlertLog} reads it. Thread-safe.
 */
public final class Alerts implements Component, Reloadable<ScaledApp> {
  private static final Logger LOG = System.getLogger(Alerts.class.getName());
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final TelemetryStore store;
  private final TimeSource time;
  private final Notifier notifier;
  private final Thread thread;
  // Written by whoever applies a document, read by the evaluating thread.
  private volatile AlertRound round;
  private volatile String trouble = "";
  private volatile boolean closed;

  Alerts(
      ScaledApp app,
      TelemetryStore store,
      Notifier notifier,
      Optional<URI> console,
      TimeSource time) {
    this.store = store;
    this.notifier = notifier;
    this.time = time;
    this.round = new AlertRound(app, store, notifier, console, time.now());
    this.thread = Thread.ofVirtual().name("alerts").unstarted(this::run);
  }

  /**
   * Starts to evaluate.
   *
   * @param console what links in messages point to
   */
  public static Alerts start(
      ScaledApp app,
      TelemetryStore store,
      Secrets secrets,
      Optional<URI> console,
      TimeSource time,
      RandomGenerator random) {
    Notifier notifier = new Notifier(new Sender(secrets, time, random), store, time, Thread::sleep);
    Alerts alerts = new Alerts(app, store, notifier, console, time);
    alerts.thread.start();
    return alerts;
  }

  private void run() {
    while (!closed) {
      try {
        evaluate();
        trouble = "";
      } catch (RuntimeException e) {
        if (trouble.isEmpty()) {
          LOG.log(Level.WARNING, "alerts: cannot be evaluated, tries again", e);
        }
        trouble = "cannot be evaluated: " + e.getMessage();
      }
      try {
        Thread.sleep(INTERVAL);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** One round. */
  void evaluate() {
    round.run(time.now());
  }

  /**
   * Tells nobody of an alert for a while; it is still evaluated and noted.
   *
   * @param alert its name, or its condition where it has none
   * @param length zero ends a silence
   */
  public void silence(String alert, Duration length, String reason) {
    Instant until = time.now().plus(length);
    round.silence(alert, until);
    store.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                LogRecord.INFO,
                Vocabulary.EVENT_SILENCE,
                length.isZero() ? alert + " is told of again" : alert + " is silent until " + until,
                Attributes.of(
                    Vocabulary.ALERT,
                    alert,
                    "headroom.until",
                    until.toString(),
                    Vocabulary.REASON,
                    reason))));
  }

  /** How a test message went. */
  public record TestResult(String channel, boolean delivered, String reason) {}

  /**
   * Sends a message that says that it is a test, once, to each channel.
   *
   * @param only one channel; absent: all
   */
  public static List<TestResult> test(
      ScaledApp app,
      Optional<String> only,
      Secrets secrets,
      TimeSource time,
      RandomGenerator random) {
    List<TestResult> results = new ArrayList<>();
    try (Sender sender = new Sender(secrets, time, random)) {
      app.channels()
          .forEach(
              (name, channel) -> {
                if (only.filter(o -> !o.equals(name)).isEmpty()) {
                  Sender.Outcome outcome =
                      sender.post(
                          name, channel, testNotice(app, name, time.now()), sender.messageId());
                  results.add(new TestResult(name, outcome.delivered(), outcome.reason()));
                }
              });
    }
    return results;
  }

  private static Notice testNotice(ScaledApp app, String channel, Instant now) {
    List<String> alerts =
        app.alerts().stream()
            .filter(alert -> alert.channel().filter(channel::equals).isPresent())
            .map(AlertSpec::title)
            .toList();
    return new Notice(
        app.name(),
        "test of channel " + channel,
        alerts.isEmpty() ? "no alert uses it" : String.join("; ", alerts),
        "test",
        AlertLog.State.RESOLVED,
        now,
        List.of(new Notice.Item("", "nothing is wrong", now, List.of())),
        Optional.empty());
  }

  /** Alerts that stay keep their state. */
  @Override
  public void apply(ScaledApp previous, ScaledApp next) {
    if (!previous.alerts().equals(next.alerts()) || !previous.channels().equals(next.channels())) {
      round = round.with(next);
    }
  }

  @Override
  public String name() {
    return "alerts";
  }

  @Override
  public Health check() {
    if (closed) {
      return Health.down("closed");
    }
    String now = trouble;
    return now.isEmpty() ? Health.up() : Health.degraded(now);
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    notifier.close();
  }
}

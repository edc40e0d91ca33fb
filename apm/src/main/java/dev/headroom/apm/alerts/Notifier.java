package dev.headroom.apm.alerts;

import dev.headroom.base.TimeSource;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import dev.headroom.signals.Vocabulary;
import dev.headroom.spec.ChannelSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Delivers notices without making the evaluation wait: at most 100 are on their way; each is tried
 * for about a minute and a half, and what became of it is an event. Thread-safe.
 */
public final class Notifier implements AutoCloseable {
  private static final int MOST_WAITING = 100;
  private static final List<Duration> DELAYS =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(4),
          Duration.ofSeconds(16),
          Duration.ofSeconds(64));
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(5);

  private final Sender sender;
  private final TelemetryConsumer consumer;
  private final TimeSource time;
  private final Pause pause;
  private final Semaphore room = new Semaphore(MOST_WAITING);
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /** Waits; in tests it does not. */
  @FunctionalInterface
  public interface Pause {
    void wait(Duration duration) throws InterruptedException;
  }

  public Notifier(Sender sender, TelemetryConsumer consumer, TimeSource time, Pause pause) {
    this.sender = sender;
    this.consumer = consumer;
    this.time = time;
    this.pause = pause;
  }

  /** Sends soon. */
  public void tell(String name, ChannelSpec channel, Notice notice) {
    if (!room.tryAcquire()) {
      note(name, "failed", MOST_WAITING + " messages are waiting already", 0, notice);
      return;
    }
    executor.execute(
        () -> {
          try {
            deliver(name, channel, notice);
          } catch (InterruptedException e) {
            note(name, "failed", "stopped before it was delivered", 0, notice);
          } finally {
            room.release();
          }
        });
  }

  /** Notes that nobody is told, and why. */
  public void suppress(String name, Notice notice, String reason) {
    note(name, "suppressed", reason, 0, notice);
  }

  private void deliver(String name, ChannelSpec channel, Notice notice)
      throws InterruptedException {
    String id = sender.messageId();
    for (int attempt = 0; ; attempt++) {
      Sender.Outcome outcome = sender.post(name, channel, notice, id);
      if (outcome.delivered()) {
        note(name, "delivered", outcome.reason(), attempt + 1, notice);
        return;
      }
      if (!outcome.again() || attempt == DELAYS.size()) {
        note(name, "failed", outcome.reason(), attempt + 1, notice);
        return;
      }
      Duration delay = DELAYS.get(attempt);
      Duration asked = outcome.after().compareTo(delay) > 0 ? outcome.after() : delay;
      pause.wait(asked.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : asked);
    }
  }

  private void note(String channel, String state, String reason, int attempts, Notice notice) {
    consumer.accept(
        Telemetry.event(
            LogRecord.event(
                time.epochNanos(),
                state.equals("failed") ? LogRecord.WARN : LogRecord.INFO,
                Vocabulary.EVENT_NOTIFICATION,
                notice.headline(),
                Attributes.of(
                    Vocabulary.CHANNEL,
                    channel,
                    Vocabulary.STATE,
                    state,
                    Vocabulary.REASON,
                    reason,
                    "headroom.attempts",
                    (long) attempts))));
  }

  @Override
  public void close() {
    executor.shutdownNow();
    executor.close();
    sender.close();
  }
}

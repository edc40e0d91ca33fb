package dev.headroom.advisor;

import dev.headroom.base.Component;
import dev.headroom.base.Health;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Telemetry;
import dev.headroom.signals.TelemetryConsumer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Analyses again and again while an application runs, and tells the store what it found: each piece
 * of advice an event, at each analysis; what is not found any more is withdrawn.
 */
public final class AdvisorService implements Component {
  private static final Logger LOG = System.getLogger(AdvisorService.class.getName());

  /** Where the database is now: after a failover the primary is another one. */
  public record Servers(DatabaseTarget primary, List<DatabaseTarget> replicas) {
    public Servers {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * When it works.
   *
   * @param first after the start, so that there is something to see
   * @param every between the end of one analysis and the begin of the next; one that somebody asks
   *     for counts
   */
  public record Schedule(Duration first, Duration every) {

    /**
     * How long the next analysis has to wait still; not positive when it is due.
     *
     * @param lastEnd when the last one ended, by anybody's wish, on the clock of {@code now}
     */
    Duration wait(OptionalLong lastEnd, long now) {
      return lastEnd.isPresent() ? every.minusNanos(now - lastEnd.getAsLong()) : Duration.ZERO;
    }
  }

  private final Advisor advisor;
  private final Supplier<Servers> servers;
  private final Advisor.Inputs inputs;
  private final TelemetryConsumer telemetry;
  private final TimeSource time;
  private final Thread worker;
  /* All of it guarded by this object; told holds what the store was told last of each id. */
  private final Map<String, Advice> told = new LinkedHashMap<>();
  private Optional<AdviceReport> latest = Optional.empty();
  private String failure = "";
  private OptionalLong lastEnd = OptionalLong.empty();
  // Held by the one analysis that runs.
  private final ReentrantLock analysing = new ReentrantLock();

  private AdvisorService(
      Advisor advisor,
      Supplier<Servers> servers,
      Advisor.Inputs inputs,
      TelemetryConsumer telemetry,
      TimeSource time,
      Schedule schedule) {
    this.advisor = advisor;
    this.servers = servers;
    this.inputs = inputs;
    this.telemetry = telemetry;
    this.time = time;
    this.worker = Thread.ofVirtual().name("advisor").unstarted(() -> work(schedule));
  }

  public static AdvisorService start(
      Advisor advisor,
      Supplier<Servers> servers,
      Advisor.Inputs inputs,
      TelemetryConsumer telemetry,
      TimeSource time,
      Schedule schedule) {
    AdvisorService service =
        new AdvisorService(advisor, servers, inputs, telemetry, time, schedule);
    service.worker.start();
    return service;
  }

  private void work(Schedule schedule) {
    try {
      Duration pause = schedule.first();
      while (true) {
        Thread.sleep(pause);
        pause = untilDue(schedule);
        if (pause.isPositive()) {
          continue;
        }
        pause = schedule.every();
        try {
          analyse();
        } catch (RuntimeException e) {
          // A primary that is just being replaced, for example: the next analysis may find it.
          LOG.log(Level.WARNING, "advisor: no analysis: {0}", e.getMessage());
          synchronized (this) {
            failure = String.valueOf(e.getMessage());
          }
        }
      }
    } catch (InterruptedException e) {
      // Closed.
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Duration untilDue(Schedule schedule) {
    return schedule.wait(lastEnd, time.nanoTime());
  }

  /** Analyses now, or once the analysis that runs has ended, and tells the store. */
  public AdviceReport analyse() throws InterruptedException {
    analysing.lockInterruptibly();
    try {
      Servers now = servers.get();
      AdviceReport report = advisor.analyse(now.primary(), now.replicas(), inputs, progress -> {});
      synchronized (this) {
        failure = "";
        latest = Optional.of(report);
        lastEnd = OptionalLong.of(time.nanoTime());
        tell(report);
      }
      return report;
    } finally {
      analysing.unlock();
    }
  }

  private void tell(AdviceReport report) {
    List<LogRecord> events = new ArrayList<>();
    Map<String, Advice> gone = new LinkedHashMap<>(told);
    int rank = 1;
    for (Advice advice : report.advice()) {
      gone.remove(advice.id());
      told.put(advice.id(), advice);
      events.add(AdviceEvents.of(advice, rank++, time.epochNanos()));
    }
    for (Advice advice : gone.values()) {
      // Of what was applied nothing is left to find: it stays applied.
      Advice next =
          advice.state() == AdviceState.PROPOSED ? advice.withState(AdviceState.WITHDRAWN) : advice;
      if (next.state() == AdviceState.WITHDRAWN) {
        told.remove(advice.id());
      }
      events.add(AdviceEvents.of(next, rank++, time.epochNanos()));
    }
    telemetry.accept(new Telemetry(List.of(), List.of(), events));
  }

  /** The last analysis; empty until the first has ended. */
  public synchronized Optional<AdviceReport> latest() {
    return latest;
  }

  /**
   * Carries out one piece of advice.
   *
   * @return what was done, in a sentence
   * @throws UserError when there is no such advice, it is not SQL, or the database refuses it
   */
  public String apply(String id) {
    Advice advice;
    synchronized (this) {
      advice = told.get(id);
    }
    if (advice == null) {
      throw UserError.usage(id + " (expected: the id of advice that still holds)");
    }
    if (!(advice.action() instanceof AdviceAction.Sql)) {
      throw UserError.usage(
          "%s is a %s change (expected: SQL); it is for you to make:%n%s"
              .formatted(id, advice.action().type(), advice.action().text()));
    }
    Applier.Outcome outcome = Applier.apply(servers.get().primary(), List.of(advice)).getFirst();
    if (!outcome.done()) {
      throw UserError.machine(id + " failed: " + outcome.error());
    }
    synchronized (this) {
      told.put(id, outcome.advice());
      telemetry.accept(Telemetry.event(AdviceEvents.of(outcome.advice(), 1, time.epochNanos())));
    }
    return "applied: " + advice.title();
  }

  @Override
  public String name() {
    return "advisor";
  }

  @Override
  public synchronized Health check() {
    return failure.isEmpty() ? Health.up() : Health.degraded("no analysis: " + failure);
  }

  @Override
  public void close() {
    worker.interrupt();
    try {
      // The scratch copy's server is ended by the thread that started it.
      worker.join(Duration.ofSeconds(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.headroom.apm.alerts;

import dev.headroom.apm.AlertLog.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where each subject of one alert is, and what changes. Of one thread. */
public final class AlertStates {
  /*
   * not holding -> pending -> firing -> not holding. It fires when it has held for as long as the
   * alert says, without a gap; it is over when it has not held for as long, at least half a minute
   * and at most five: a figure that swings around its bound stays one alert. One that fires more
   * than four times an hour flaps: it is still noted, but nobody is told until it calms down.
   */
  private static final Duration SHORTEST_RECOVERY = Duration.ofSeconds(30);
  private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(5);
  private static final Duration FLAPPING_WINDOW = Duration.ofHours(1);
  private static final int FLAPPING = 4;
  private static final int MOST = 1_000;

  private final Duration holds;
  private final Duration recovery;
  private final Map<String, Subject> subjects = new LinkedHashMap<>();

  public AlertStates(Duration holds) {
    this.holds = holds;
    this.recovery =
        holds.compareTo(SHORTEST_RECOVERY) < 0
            ? SHORTEST_RECOVERY
            : holds.compareTo(LONGEST_RECOVERY) > 0 ? LONGEST_RECOVERY : holds;
  }

  /**
   * A subject that holds, or has just ceased to.
   *
   * @param since it is in this state
   * @param flapping nobody should be told
   */
  public record Standing(Reading reading, State state, Instant since, boolean flapping) {}

  /** What a round brings. */
  public record Round(List<Standing> standing, List<Standing> changes) {}

  /** Puts back what fired before a restart. */
  public void restore(Reading reading, Instant since) {
    Subject subject = new Subject(reading);
    subject.state = State.FIRING;
    subject.since = since;
    subjects.put(reading.subject(), subject);
  }

  /** Takes the readings of {@code now}; a subject without a reading does not hold. */
  public Round next(Collection<Reading> readings, Instant now) {
    Map<String, Reading> bySubject = new LinkedHashMap<>();
    for (Reading reading : readings) {
      bySubject.put(reading.subject(), reading);
      if (reading.holds() && subjects.size() < MOST) {
        subjects.computeIfAbsent(reading.subject(), s -> new Subject(reading));
      }
    }
    List<Standing> standing = new ArrayList<>();
    List<Standing> changes = new ArrayList<>();
    subjects
        .values()
        .forEach(
            subject -> {
              State before = subject.state;
              subject.take(bySubject.get(subject.reading.subject()), now);
              if (subject.state != State.RESOLVED || before != State.RESOLVED) {
                standing.add(subject.standing(now));
              }
              boolean told = subject.state == State.FIRING || before == State.FIRING;
              if (subject.state != before && told) {
                changes.add(subject.standing(now));
              }
            });
    subjects.values().removeIf(subject -> subject.isForgettable(now));
    return new Round(standing, changes);
  }

  private final class Subject {
    private final Deque<Instant> fired = new ArrayDeque<>();
    private Reading reading;
    private State state = State.RESOLVED;
    private Instant since = Instant.EPOCH;
    private @Nullable Instant quietSince;

    Subject(Reading reading) {
      this.reading = reading;
    }

    void take(@Nullable Reading next, Instant now) {
      if (next != null) {
        reading = next;
      }
      boolean holding = next != null && next.holds();
      quietSince = holding ? null : quietSince == null ? now : quietSince;
      switch (state) {
        case RESOLVED -> {
          if (holding) {
            enter(State.PENDING, now);
            fireWhenDue(now);
          }
        }
        case PENDING -> {
          if (!holding) {
            enter(State.RESOLVED, now);
          } else {
            fireWhenDue(now);
          }
        }
        case FIRING -> {
          if (quietSince != null && Duration.between(quietSince, now).compareTo(recovery) >= 0) {
            enter(State.RESOLVED, now);
          }
        }
      }
    }

    private void fireWhenDue(Instant now) {
      if (Duration.between(since, now).compareTo(holds) >= 0) {
        enter(State.FIRING, now);
        fired.addLast(now);
      }
    }

    private void enter(State next, Instant now) {
      state = next;
      since = now;
    }

    Standing standing(Instant now) {
      while (!fired.isEmpty() && fired.getFirst().isBefore(now.minus(FLAPPING_WINDOW))) {
        fired.removeFirst();
      }
      return new Standing(reading, state, since, fired.size() > FLAPPING);
    }

    boolean isForgettable(Instant now) {
      return state == State.RESOLVED && since.isBefore(now.minus(FLAPPING_WINDOW));
    }
  }
}

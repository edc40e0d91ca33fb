package dev.headroom.apm.alerts;

import dev.headroom.apm.Endpoint;
import dev.headroom.apm.TelemetryQueries;
import dev.headroom.apm.TelemetryQueries.EndpointPoint;
import dev.headroom.apm.Window;
import dev.headroom.base.Durations;
import dev.headroom.signals.LatencySketch;
import dev.headroom.spec.AlertSpec;
import dev.headroom.spec.SloObjective;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How fast an objective's error budget is used up. Of one thread. */
final class BurnRate {
  /*
   * Google's multi-window, multi-burn-rate alerts (Site Reliability Workbook, chapter 5): an alert
   * holds while both a long window and one of a twelfth of it burn faster than would use the given
   * share of the whole period's budget within the long window. For 30 days: 14.4 over 1 h and 5 min,
   * 6 over 6 h and 30 min, 1 over 3 d and 6 h. Periods below two weeks spend larger shares, as
   * their windows are a larger part of them.
   *
   * Requests are kept per minute for the longest window, so a round reads the last minutes only.
   */
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(3);
  private static final Duration CHUNK = Duration.ofHours(6);
  private static final Duration CHUNK_STEP = Duration.ofMinutes(5);

  private final AlertSpec alert;
  private final SloObjective objective;
  private final List<Pair> pairs;
  private final TreeMap<Instant, Minute> minutes = new TreeMap<>();
  private boolean primed;

  private record Pair(Duration longWindow, double budgetShare, String severity) {
    Duration shortWindow() {
      return longWindow.dividedBy(12);
    }

    double threshold(SloObjective objective) {
      return budgetShare * objective.period().toSeconds() / longWindow.toSeconds();
    }
  }

  private record Minute(long count, double bad) {
    Minute plus(Minute other) {
      return new Minute(count + other.count, bad + other.bad);
    }
  }

  BurnRate(AlertSpec alert, SloObjective objective) {
    this.alert = alert;
    this.objective = objective;
    boolean brief = objective.period().toDays() < 14;
    this.pairs =
        List.of(
            new Pair(Duration.ofHours(1), brief ? 0.10 : 0.02, Reading.PAGE),
            new Pair(Duration.ofHours(6), brief ? 0.20 : 0.05, Reading.PAGE),
            new Pair(Duration.ofDays(3), brief ? 0.50 : 0.10, Reading.TICKET));
  }

  Reading read(TelemetryQueries queries, Instant end) {
    if (!primed) {
      primed = true;
      for (Instant from = end.minus(LONGEST); from.isBefore(end); from = from.plus(CHUNK)) {
        learn(queries, from.truncatedTo(ChronoUnit.HOURS), from.plus(CHUNK), CHUNK_STEP);
      }
    }
    Instant recent = end.minus(MINUTE.multipliedBy(15)).truncatedTo(ChronoUnit.HOURS);
    Instant from = end.minus(MINUTE.multipliedBy(3)).truncatedTo(ChronoUnit.MINUTES);
    if (minutes.isEmpty() || minutes.lastKey().isBefore(from)) {
      from = recent;
    }
    learn(queries, from, end, MINUTE);
    minutes.headMap(end.minus(LONGEST)).clear();
    for (Pair pair : pairs) {
      Minute inLong = sum(end, pair.longWindow);
      double burn = Math.min(burn(inLong), burn(sum(end, pair.shortWindow())));
      if (inLong.count >= alert.minRequests() && burn > pair.threshold(objective)) {
        return reading(burn, inLong, pair.longWindow, true, pair.severity);
      }
    }
    Pair first = pairs.getFirst();
    Minute inLong = sum(end, first.longWindow);
    return reading(burn(inLong), inLong, first.longWindow, false, first.severity);
  }

  private static Reading reading(
      double burn, Minute in, Duration window, boolean holds, String severity) {
    return new Reading(
        Optional.empty(),
        burn,
        String.format(
            Locale.ROOT,
            "error budget burns %.1f times as fast as it may, %s bad over %s",
            burn,
            Conditions.percent(in.count == 0 ? 0 : in.bad / in.count),
            Durations.format(window)),
        holds,
        severity);
  }

  private double burn(Minute requests) {
    return requests.count == 0 ? 0 : requests.bad / requests.count / objective.budget();
  }

  private Minute sum(Instant end, Duration window) {
    return minutes.tailMap(end.minus(window), true).values().stream()
        .reduce(new Minute(0, 0), Minute::plus);
  }

  private void learn(TelemetryQueries queries, Instant from, Instant to, Duration step) {
    minutes.subMap(from, true, to, false).clear();
    Map<Endpoint, List<EndpointPoint>> series =
        queries.endpointsOverTime(new Window(from, to), step);
    series.forEach(
        (endpoint, points) -> {
          if (Figures.matches(alert, endpoint.service(), endpoint.method(), endpoint.route())) {
            for (EndpointPoint point : points) {
              minutes.merge(point.time(), new Minute(point.count(), bad(point)), Minute::plus);
            }
          }
        });
  }

  /* An answer that is slow and an error is told once where there are more of both than answers. */
  private double bad(EndpointPoint point) {
    long slow = objective.under().map(bound -> slower(point.latency(), bound)).orElse(0L);
    return (double) Math.min(point.count(), point.serverErrors() + slow);
  }

  /** Of a sketch, how many values are above; off by the one bucket that the bound lies in. */
  static long slower(LatencySketch sketch, Duration bound) {
    int last = LatencySketch.indexOf(bound.toNanos() / 1e9);
    int[] indexes = sketch.indexes();
    long[] counts = sketch.counts();
    long slower = 0;
    for (int i = 0; i < indexes.length; i++) {
      slower += indexes[i] > last ? counts[i] : 0;
    }
    return slower;
  }
}

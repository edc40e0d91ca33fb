package dev.headroom.apm.alerts;

import dev.headroom.apm.Endpoint;
import dev.headroom.apm.Window;
import dev.headroom.apm.alerts.Figures.Requests;
import dev.headroom.base.Durations;
import dev.headroom.base.Percent;
import dev.headroom.spec.AlertCondition;
import dev.headroom.spec.AlertSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether conditions hold. */
final class Conditions {
  private Conditions() {}

  /**
   * One reading per subject.
   *
   * @param end of the newest data
   * @param watchedSince an absence is none before somebody looked
   */
  static List<Reading> read(
      AlertSpec alert,
      AlertCondition condition,
      Figures figures,
      Instant end,
      Instant watchedSince) {
    return switch (condition) {
      case AlertCondition.Threshold threshold -> threshold(alert, threshold, figures, end);
      case AlertCondition.Change change -> change(alert, change, figures, end);
      case AlertCondition.Absence absence -> absence(alert, absence, figures, end, watchedSince);
    };
  }

  private static List<Reading> threshold(
      AlertSpec alert, AlertCondition.Threshold threshold, Figures figures, Instant end) {
    List<Reading> readings = new ArrayList<>();
    figures
        .of(alert, Window.before(end, threshold.over()))
        .forEach(
            (subject, requests) -> {
              double value = requests.value(threshold.measure());
              // A rate below its bound is just what few requests are.
              boolean enough =
                  requests.count() >= alert.minRequests()
                      || threshold.measure() == AlertCondition.Measure.RATE;
              boolean beyond =
                  threshold.above() ? value > threshold.bound() : value < threshold.bound();
              readings.add(reading(subject, value, threshold.measure(), enough && beyond));
            });
    return readings;
  }

  private static List<Reading> change(
      AlertSpec alert, AlertCondition.Change change, Figures figures, Instant end) {
    Map<Optional<Endpoint>, Requests> before =
        figures.of(alert, Window.before(end.minus(change.within()), change.over()));
    List<Reading> readings = new ArrayList<>();
    figures
        .of(alert, Window.before(end, change.over()))
        .forEach(
            (subject, requests) -> {
              Requests then = before.getOrDefault(subject, Requests.NONE);
              double value = requests.value(change.measure());
              double old = then.value(change.measure());
              boolean enough =
                  then.count() >= alert.minRequests()
                      && (requests.count() >= alert.minRequests()
                          || change.measure() == AlertCondition.Measure.RATE);
              boolean changed =
                  change.rises()
                      ? value > old * (1 + change.by())
                      : value < old * (1 - change.by());
              readings.add(
                  new Reading(
                      subject,
                      value,
                      change.measure().format(value)
                          + ", "
                          + Durations.format(change.within())
                          + " before "
                          + change.measure().format(old),
                      enough && changed,
                      Reading.PAGE));
            });
    return readings;
  }

  private static List<Reading> absence(
      AlertSpec alert,
      AlertCondition.Absence absence,
      Figures figures,
      Instant end,
      Instant watchedSince) {
    long count =
        figures.of(alert, Window.before(end, absence.holds())).values().stream()
            .mapToLong(Requests::count)
            .sum();
    boolean watched = Duration.between(watchedSince, end).compareTo(absence.holds()) >= 0;
    return List.of(
        new Reading(
            Optional.empty(),
            count,
            count == 0
                ? "no requests for " + Durations.format(absence.holds())
                : count + " requests",
            count == 0 && watched,
            Reading.PAGE));
  }

  private static Reading reading(
      Optional<Endpoint> subject, double value, AlertCondition.Measure measure, boolean holds) {
    return new Reading(subject, value, measure.format(value), holds, Reading.PAGE);
  }

  /** 0.021 as 2.1%. */
  static String percent(double fraction) {
    return new Percent(Math.round(fraction * 10_000) / 100.0).toString();
  }
}

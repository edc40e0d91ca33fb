package dev.headroom.autoscaler;

import dev.headroom.base.Problem;
import dev.headroom.base.UserError;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Traffic over time: at least two points, the earliest first, at most a million.
 *
 * @param points requests per second at a time; between two points it changes evenly
 */
public record TrafficTrace(List<Point> points) {
  private static final int MOST_POINTS = 1_000_000;
  private static final int MOST_PROBLEMS = 20;

  /** One line of the trace. */
  public record Point(Instant at, double requestsPerSecond) {}

  public TrafficTrace {
    points = List.copyOf(points);
    if (points.size() < 2) {
      throw new IllegalArgumentException("points: " + points.size() + " (expected: at least 2)");
    }
  }

  /**
   * Reads comma-separated lines of a time and a number; a first line of words, empty lines and
   * those that start with {@code #} are passed over. A time is seconds since 1970 or ISO 8601, in
   * UTC if it names no zone.
   *
   * @param source the name of the file, for the message
   * @throws UserError with all problems at once, when it is none
   */
  public static TrafficTrace parse(String source, String text) {
    List<Problem> problems = new ArrayList<>();
    List<Point> points = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().limit(MOST_POINTS + 1L).toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#") || (points.isEmpty() && isHeading(line))) {
        continue;
      }
      Optional<String> wrong = read(line, points);
      if (wrong.isPresent() && problems.size() < MOST_PROBLEMS) {
        problems.add(new Problem(source, number, "", shortened(line), wrong.get(), ""));
      }
    }
    if (number > MOST_POINTS) {
      problems.add(
          new Problem(source, number, "", "", "at most " + MOST_POINTS + " lines", "thin it out"));
    }
    if (problems.isEmpty() && points.size() < 2) {
      problems.add(
          new Problem(
              source,
              0,
              "",
              points.size() + " points",
              "at least two lines of time,value",
              "for example 2026-01-01T00:00:00Z,120"));
    }
    if (!problems.isEmpty()) {
      throw UserError.usage(problems);
    }
    return new TrafficTrace(points);
  }

  private static boolean isHeading(String line) {
    return line.chars().noneMatch(Character::isDigit);
  }

  /* What was expected instead; empty when it is a point. */
  private static Optional<String> read(String line, List<Point> points) {
    String[] columns = line.split(",", -1);
    if (columns.length != 2) {
      return Optional.of("time,value");
    }
    Optional<Instant> at = time(columns[0].trim());
    if (at.isEmpty()) {
      return Optional.of("a time in seconds since 1970 or ISO 8601, before the comma");
    }
    double value;
    try {
      value = Double.parseDouble(columns[1].trim());
    } catch (NumberFormatException e) {
      return Optional.of("a number after the comma");
    }
    if (!Double.isFinite(value) || value < 0) {
      return Optional.of("a number of at least 0 after the comma");
    }
    if (!points.isEmpty() && !at.get().isAfter(points.getLast().at())) {
      return Optional.of("a later time than in the line before");
    }
    points.add(new Point(at.get(), value));
    return Optional.empty();
  }

  private static Optional<Instant> time(String text) {
    try {
      if (text.matches("\\d{1,12}")) {
        return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
      }
      String iso = text.replace(' ', 'T');
      return Optional.of(
          iso.endsWith("Z")
              ? Instant.parse(iso)
              : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String shortened(String line) {
    return line.length() <= 60 ? line : line.substring(0, 60) + "…";
  }

  /** All of it {@code factor} times as much. */
  public TrafficTrace times(double factor) {
    return new TrafficTrace(
        points.stream()
            .map(point -> new Point(point.at(), point.requestsPerSecond() * factor))
            .toList());
  }

  /** The same shape with {@code requestsPerSecond} at its highest point. */
  public TrafficTrace withPeak(double requestsPerSecond) {
    double peak = peak();
    return peak == 0 ? this : times(requestsPerSecond / peak);
  }

  public double peak() {
    return points.stream().mapToDouble(Point::requestsPerSecond).max().orElseThrow();
  }

  public Instant start() {
    return points.getFirst().at();
  }

  public Duration length() {
    return Duration.between(start(), points.getLast().at());
  }

  /** Answers for times that only go forward, without looking through all points for each. */
  final class Reader {
    private int at;

    double requestsPerSecond(Instant time) {
      while (at < points.size() - 2 && !points.get(at + 1).at().isAfter(time)) {
        at++;
      }
      Point before = points.get(at);
      Point after = points.get(at + 1);
      double whole = Duration.between(before.at(), after.at()).toMillis();
      double part = Math.clamp(Duration.between(before.at(), time).toMillis() / whole, 0, 1);
      return before.requestsPerSecond()
          + part * (after.requestsPerSecond() - before.requestsPerSecond());
    }
  }
}

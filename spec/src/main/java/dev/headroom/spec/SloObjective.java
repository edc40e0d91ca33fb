package dev.headroom.spec;

import dev.headroom.base.Durations;
import dev.headroom.base.Percent;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service level objective: which share of requests must be good over a period. Good is an answer
 * that is no 5xx and, where {@code under} is given, is no slower.
 */
public record SloObjective(Percent target, Optional<Duration> under, Duration period) {
  static final String EXPECTED =
      "an objective: a share below 100%, then under and over, for example 99.9% over 30d or 99%"
          + " under 300ms over 30d";
  private static final Pattern FORM = Pattern.compile("(\\S+%)(?: under (\\S+))?(?: over (\\S+))?");
  private static final Duration USUAL = Duration.ofDays(30);

  /** Empty when {@code text} is no objective; a period is 7 to 90 days. */
  public static Optional<SloObjective> parse(String text) {
    Matcher matcher = FORM.matcher(text.trim().replaceAll("\\s+", " "));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Optional<Percent> target =
        Percent.parse(matcher.group(1)).filter(p -> p.percent() > 0 && p.percent() < 100);
    Optional<Duration> under = Optional.ofNullable(matcher.group(2)).flatMap(Durations::parse);
    Optional<Duration> period =
        matcher.group(3) == null
            ? Optional.of(USUAL)
            : Durations.parse(matcher.group(3)).filter(d -> d.toDays() >= 7 && d.toDays() <= 90);
    return target.isEmpty() || period.isEmpty() || (matcher.group(2) != null && under.isEmpty())
        ? Optional.empty()
        : Optional.of(new SloObjective(target.get(), under, period.get()));
  }

  /** The share of requests that may be bad: 0.001 of 99.9 %. */
  public double budget() {
    return 1 - target.fraction();
  }

  @Override
  public String toString() {
    return target
        + under.map(bound -> " under " + Durations.format(bound)).orElse("")
        + " over "
        + Durations.format(period);
  }
}

package dev.headroom.base;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** So many per period, written {@code 100/min}, {@code 5/s} or {@code 1000/h}. */
public record Rate(long count, Duration period) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})/(s|min|h|d)");

  /** Empty when {@code text} is not a rate. */
  public static Optional<Rate> parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Duration period =
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(1);
          case "min" -> Duration.ofMinutes(1);
          case "h" -> Duration.ofHours(1);
          default -> Duration.ofDays(1);
        };
    return Optional.of(new Rate(Long.parseLong(matcher.group(1)), period));
  }

  @Override
  public String toString() {
    String unit =
        switch ((int) period.toSeconds()) {
          case 1 -> "s";
          case 60 -> "min";
          case 3600 -> "h";
          default -> "d";
        };
    return count + "/" + unit;
  }
}

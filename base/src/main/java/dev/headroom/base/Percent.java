package dev.headroom.base;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A share, written {@code 70%}. */
public record Percent(double percent) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,6})?)%");

  /** Empty when {@code text} is not a percentage. */
  public static Optional<Percent> parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    return matcher.matches()
        ? Optional.of(new Percent(Double.parseDouble(matcher.group(1))))
        : Optional.empty();
  }

  /** 1.0 for 100 %. */
  public double fraction() {
    return percent / 100;
  }

  @Override
  public String toString() {
    return (percent == Math.rint(percent) ? Long.toString((long) percent) : percent + "") + "%";
  }
}

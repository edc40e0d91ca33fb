package dev.headroom.base;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of CPU in thousandths of a core, written {@code 500m}, {@code 2} or {@code 1.5}. */
public record Cpu(long millicores) implements Comparable<Cpu> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(m?)");

  public Cpu {
    if (millicores < 0) {
      throw new IllegalArgumentException("millicores: " + millicores + " (expected: >= 0)");
    }
  }

  /** Empty when {@code text} is not an amount of CPU. */
  public static Optional<Cpu> parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(matcher.group(1));
    boolean milli = !matcher.group(2).isEmpty();
    return Optional.of(
        new Cpu((milli ? number : number.multiply(BigDecimal.valueOf(1000))).longValue()));
  }

  public double cores() {
    return millicores / 1000.0;
  }

  @Override
  public int compareTo(Cpu other) {
    return Long.compare(millicores, other.millicores);
  }

  @Override
  public String toString() {
    return millicores % 1000 == 0 ? Long.toString(millicores / 1000) : millicores + "m";
  }
}

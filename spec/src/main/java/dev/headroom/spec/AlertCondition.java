package dev.headroom.spec;

import dev.headroom.base.Durations;
import dev.headroom.base.Percent;
import dev.headroom.base.Rate;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When to tell, as written: {@code p95 > 250ms for 5m}. */
public sealed interface AlertCondition {
  /** How far back a figure looks when {@code over} does not say. */
  Duration DEFAULT_WINDOW = Duration.ofMinutes(1);

  /** For the error message and the JSON Schema. */
  String EXPECTED =
      "a condition: p50, p75, p90, p95, p99 or mean with a duration; errors or client-errors with a"
          + " share; rate with requests per s or min; or no requests; then over and for, for"
          + " example p95 > 250ms over 1m for 5m, errors > 1% for 2m, rate rises by 200% within"
          + " 10m, no requests for 5m";

  /** How long it must hold before it is told. */
  Duration holds();

  /**
   * A figure beyond a bound.
   *
   * @param bound seconds, a fraction, or requests per second
   * @param over the window that the figure is taken from
   */
  record Threshold(
      Measure measure, boolean above, double bound, String written, Duration over, Duration holds)
      implements AlertCondition {
    @Override
    public String toString() {
      return measure.word
          + (above ? " > " : " < ")
          + written
          + windowed(over)
          + (holds.isZero() ? "" : " for " + Durations.format(holds));
    }
  }

  /** Nobody asked. */
  record Absence(Duration holds) implements AlertCondition {
    @Override
    public String toString() {
      return "no requests for " + Durations.format(holds);
    }
  }

  /**
   * A figure that differs from what it was.
   *
   * @param by 0.5 for 50 %
   * @param within how long before it was what it is compared with
   */
  record Change(
      Measure measure, boolean rises, double by, Duration within, Duration over, Duration holds)
      implements AlertCondition {
    @Override
    public String toString() {
      return measure.word
          + (rises ? " rises by " : " falls by ")
          + new Percent(by * 100)
          + " within "
          + Durations.format(within)
          + windowed(over)
          + (holds.isZero() ? "" : " for " + Durations.format(holds));
    }
  }

  /** What is looked at. */
  enum Measure {
    P50("p50", 0.5),
    P75("p75", 0.75),
    P90("p90", 0.9),
    P95("p95", 0.95),
    P99("p99", 0.99),
    /** Mean response time. */
    MEAN("mean", Double.NaN),
    /** Share of answers with a 5xx status. */
    ERRORS("errors", Double.NaN),
    /** Share of answers with a 4xx status. */
    CLIENT_ERRORS("client-errors", Double.NaN),
    /** Requests per second. */
    RATE("rate", Double.NaN);

    private final String word;
    private final double quantile;

    Measure(String word, double quantile) {
      this.word = word;
      this.quantile = quantile;
    }

    public String word() {
      return word;
    }

    /** 0.95 of P95; not a number when it is no quantile. */
    public double quantile() {
      return quantile;
    }

    /** A value of this measure as people read it. */
    public String format(double value) {
      return switch (this) {
        case ERRORS, CLIENT_ERRORS -> String.format(Locale.ROOT, "%.2f%%", value * 100);
        case RATE -> String.format(Locale.ROOT, "%.1f/s", value);
        case P50, P75, P90, P95, P99, MEAN ->
            value < 1
                ? String.format(Locale.ROOT, "%.0fms", value * 1000)
                : String.format(Locale.ROOT, "%.2fs", value);
      };
    }
  }

  /** Empty when {@code text} is no condition. */
  static Optional<AlertCondition> parse(String text) {
    String normal = text.trim().replaceAll("\\s+", " ");
    Matcher absence = Forms.ABSENCE.matcher(normal);
    if (absence.matches()) {
      return Forms.duration(absence.group(1), Duration.ZERO).map(Absence::new);
    }
    Matcher threshold = Forms.THRESHOLD.matcher(normal);
    if (threshold.matches()) {
      Measure measure = Forms.measure(threshold.group(1));
      Optional<Double> bound = Forms.bound(measure, threshold.group(3));
      Optional<Duration> over = Forms.duration(threshold.group(4), DEFAULT_WINDOW);
      Optional<Duration> holds = Forms.duration(threshold.group(5), Duration.ZERO);
      return bound.isEmpty() || over.isEmpty() || holds.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Threshold(
                  measure,
                  threshold.group(2).equals(">"),
                  bound.get(),
                  threshold.group(3),
                  over.get(),
                  holds.get()));
    }
    Matcher change = Forms.CHANGE.matcher(normal);
    if (change.matches()) {
      Optional<Percent> by = Percent.parse(change.group(3)).filter(p -> p.percent() > 0);
      Optional<Duration> within = Forms.duration(change.group(4), Duration.ZERO);
      Optional<Duration> over = Forms.duration(change.group(5), DEFAULT_WINDOW);
      Optional<Duration> holds = Forms.duration(change.group(6), Duration.ZERO);
      boolean falls = change.group(2).equals("falls");
      return by.isEmpty()
              || within.isEmpty()
              || over.isEmpty()
              || holds.isEmpty()
              // Nothing falls by more than all of it.
              || (falls && by.get().percent() >= 100)
          ? Optional.empty()
          : Optional.of(
              new Change(
                  Forms.measure(change.group(1)),
                  !falls,
                  by.get().fraction(),
                  within.get(),
                  over.get(),
                  holds.get()));
    }
    return Optional.empty();
  }

  private static String windowed(Duration window) {
    return window.equals(DEFAULT_WINDOW) ? "" : " over " + Durations.format(window);
  }

  /** How conditions are written. */
  final class Forms {
    private static final String MEASURE = "(p50|p75|p90|p95|p99|mean|errors|client-errors|rate)";
    private static final String OVER_FOR = "(?: over (\\S+))?(?: for (\\S+))?";
    static final Pattern THRESHOLD = Pattern.compile(MEASURE + " ?([<>]) ?(\\S+)" + OVER_FOR);
    static final Pattern CHANGE =
        Pattern.compile(MEASURE + " (rises|falls) by (\\S+) within (\\S+)" + OVER_FOR);
    static final Pattern ABSENCE = Pattern.compile("no requests for (\\S+)");

    private static final Duration LONGEST = Duration.ofDays(1);

    private Forms() {}

    private static Measure measure(String word) {
      return Measure.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static Optional<Duration> duration(
        @org.jspecify.annotations.Nullable String text, Duration absent) {
      return text == null
          ? Optional.of(absent)
          : Durations.parse(text)
              .filter(d -> d.compareTo(Duration.ofSeconds(5)) >= 0 && d.compareTo(LONGEST) <= 0);
    }

    private static Optional<Double> bound(Measure measure, String text) {
      return switch (measure) {
        case ERRORS, CLIENT_ERRORS ->
            Percent.parse(text).map(Percent::fraction).filter(f -> f <= 1);
        case RATE -> Rate.parse(text).map(rate -> rate.count() * 1e9 / rate.period().toNanos());
        case P50, P75, P90, P95, P99, MEAN -> Durations.parse(text).map(d -> d.toNanos() / 1e9);
      };
    }
  }
}

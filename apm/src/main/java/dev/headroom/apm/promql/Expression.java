package dev.headroom.apm.promql;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What {@link PromQl} understands. */
sealed interface Expression {

  /** {@code name{label="value"}}: the last value of a gauge. */
  record Selector(String name, List<Matcher> matchers) implements Expression {}

  /** {@code rate(…[5m])}, per second, or {@code increase(…[5m])}. */
  record Increase(Selector selector, Duration window, boolean perSecond) implements Expression {}

  /** {@code sum by (label) (…)}; without labels all become one. */
  record Sum(List<String> by, Expression of) implements Expression {}

  /** {@code histogram_quantile(0.95, …)}. */
  record Quantile(double quantile, Expression of) implements Expression {}

  /** {@code label="value"}, or {@code !=}, {@code =~}, {@code !~}. An absent label is empty. */
  record Matcher(String label, boolean equal, Optional<Pattern> pattern, String value) {
    boolean matches(String actual) {
      return equal
          == pattern.map(p -> p.matcher(actual).matches()).orElseGet(() -> value.equals(actual));
    }
  }
}

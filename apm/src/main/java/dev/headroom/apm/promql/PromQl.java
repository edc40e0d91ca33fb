package dev.headroom.apm.promql;

import dev.headroom.apm.promql.Expression.Increase;
import dev.headroom.apm.promql.Expression.Matcher;
import dev.headroom.apm.promql.Expression.Quantile;
import dev.headroom.apm.promql.Expression.Selector;
import dev.headroom.apm.promql.Expression.Sum;
import dev.headroom.base.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads selectors, {@code rate}, {@code increase}, {@code sum by} and {@code histogram_quantile};
 * refuses everything else by name.
 */
final class PromQl {
  private static final int DEEPEST = 16;
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<text>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
              + "|(?<number>[0-9.]+[a-zA-Z0-9]*)"
              + "|(?<word>[a-zA-Z_:][a-zA-Z0-9_:]*)"
              + "|(?<sign>=~|!~|!=|=|[{}()\\[\\],])"
              + "|(?<other>\\S))");
  private static final int LONGEST_REGEX = 500;
  private static final int MOST_COPIES = 1_000;
  private static final Pattern REPEAT = Pattern.compile("(\\d+),?\\}");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  private final List<String> tokens = new ArrayList<>();
  private int next;

  private PromQl(String text) {
    if (text.length() > 4_000) {
      throw refuse(text.length() + " characters (expected: at most 4000)");
    }
    java.util.regex.Matcher matcher = TOKEN.matcher(text);
    int at = 0;
    while (!text.substring(at).isBlank()) {
      if (!matcher.find(at) || matcher.group("other") != null) {
        throw refuse(
            "character "
                + (at + 1)
                + ": "
                + text.substring(at).trim().charAt(0)
                + " (expected: selectors, rate, increase, sum by, histogram_quantile)");
      }
      tokens.add(matcher.group().trim());
      at = matcher.end();
    }
  }

  /**
   * Reads an expression.
   *
   * @throws UserError for anything that is not understood
   */
  static Expression parse(String text) {
    PromQl reader = new PromQl(text);
    Expression expression = reader.expression(0);
    if (reader.next < reader.tokens.size()) {
      throw refuse(
          reader.peek() + " (expected: the end; operators between expressions are not served)");
    }
    return expression;
  }

  private Expression expression(int depth) {
    if (depth > DEEPEST) {
      throw refuse("nested too deep (expected: at most " + DEEPEST + ")");
    }
    if (takes("(")) {
      Expression inner = expression(depth + 1);
      expect(")");
      return inner;
    }
    String word = word("a metric or a function");
    if (!peek().equals("(") && !(word.equals("sum") && peek().equals("by"))) {
      return selector(word);
    }
    return switch (word) {
      case "rate", "increase" -> {
        expect("(");
        Selector selector = selector(word("a metric"));
        expect("[");
        Duration window = duration(take());
        expect("]");
        expect(")");
        yield new Increase(selector, window, word.equals("rate"));
      }
      case "sum" -> sum(depth);
      case "histogram_quantile" -> {
        expect("(");
        double quantile = number(take());
        expect(",");
        Expression of = expression(depth + 1);
        expect(")");
        yield new Quantile(quantile, of);
      }
      default -> throw refuse(word + " (expected: rate, increase, sum or histogram_quantile)");
    };
  }

  private Sum sum(int depth) {
    List<String> by = takes("by") ? labels() : List.of();
    expect("(");
    Expression of = expression(depth + 1);
    expect(")");
    return new Sum(by.isEmpty() && takes("by") ? labels() : by, of);
  }

  private List<String> labels() {
    List<String> labels = new ArrayList<>();
    expect("(");
    while (!takes(")")) {
      labels.add(word("a label"));
      takes(",");
    }
    return List.copyOf(labels);
  }

  private Selector selector(String name) {
    List<Matcher> matchers = new ArrayList<>();
    if (takes("{")) {
      while (!takes("}")) {
        String label = word("a label");
        String sign = take();
        String text = take();
        if (text.length() < 2 || "\"'".indexOf(text.charAt(0)) < 0) {
          throw refuse(text + " (expected: a text in quotes)");
        }
        matchers.add(
            matcher(label, sign, text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1")));
        takes(",");
      }
    }
    return new Selector(name, List.copyOf(matchers));
  }

  private static Matcher matcher(String label, String sign, String value) {
    return switch (sign) {
      case "=", "!=" -> new Matcher(label, sign.equals("="), Optional.empty(), value);
      case "=~", "!~" ->
          new Matcher(label, sign.equals("=~"), Optional.of(expression(value)), value);
      default -> throw refuse(sign + " (expected: =, !=, =~ or !~)");
    };
  }

  /** RE2, as Prometheus itself: matches in linear time, whoever wrote the expression. */
  private static com.google.re2j.Pattern expression(String text) {
    if (text.length() > LONGEST_REGEX) {
      throw refuse(
          text.length()
              + " characters (expected: a regular expression of at most "
              + LONGEST_REGEX
              + ")");
    }
    // RE2 unrolls counted repeats, and nested ones multiply.
    double copies =
        REPEAT
            .matcher(text)
            .results()
            .mapToDouble(repeat -> Math.max(1, Double.parseDouble(repeat.group(1))))
            .reduce(1, (all, times) -> all * times);
    if (copies > MOST_COPIES) {
      throw refuse(text + " (expected: counted repeats of " + MOST_COPIES + " copies at most)");
    }
    try {
      return com.google.re2j.Pattern.compile(text);
    } catch (com.google.re2j.PatternSyntaxException e) {
      throw refuse(text + " (expected: a regular expression; " + e.getDescription() + ")");
    }
  }

  /** {@code 5m}; also bare seconds, as parameters of requests are. */
  static Duration duration(String text) {
    java.util.regex.Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw refuse(text + " (expected: a duration such as 5m)");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        };
    if (duration.isZero() || duration.compareTo(Duration.ofDays(30)) > 0) {
      throw refuse(text + " (expected: more than zero and at most 30d)");
    }
    return duration;
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw refuse(text + " (expected: a number)");
    }
  }

  private String word(String expected) {
    String word = take();
    if (!Character.isLetter(word.charAt(0)) && word.charAt(0) != '_') {
      throw refuse(word + " (expected: " + expected + ")");
    }
    return word;
  }

  private String take() {
    if (next == tokens.size()) {
      throw refuse("ends too early (expected: a selector or a function, complete)");
    }
    return tokens.get(next++);
  }

  private String peek() {
    return next < tokens.size() ? tokens.get(next) : "";
  }

  private boolean takes(String token) {
    if (peek().equals(token)) {
      next++;
      return true;
    }
    return false;
  }

  private void expect(String token) {
    if (!takes(token)) {
      throw refuse((peek().isEmpty() ? "the end" : peek()) + " (expected: " + token + ")");
    }
  }

  private static UserError refuse(String message) {
    return UserError.usage("query: " + message);
  }
}

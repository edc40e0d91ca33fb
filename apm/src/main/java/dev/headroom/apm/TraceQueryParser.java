package dev.headroom.apm;

import dev.headroom.apm.TraceQuery.Comparison;
import dev.headroom.apm.TraceQuery.Field;
import dev.headroom.base.UserError;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a {@link TraceQuery}: conditions joined by {@code and}, {@code or}, {@code not} and
 * parentheses, {@code and} binding closer than {@code or}.
 */
final class TraceQueryParser {
  private static final int DEEPEST = 32;
  private static final int LONGEST = 4_000;
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<text>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
              + "|(?<sign>!=|>=|<=|=|>|<|\\(|\\))"
              + "|(?<word>[^\\s\"'()=<>!]+))");
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d{1,3})?");
  private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int next;

  private record Token(String text, boolean quoted, int at) {}

  TraceQueryParser(String text) {
    this.text = text;
  }

  TraceQuery parse() {
    if (text.length() > LONGEST) {
      throw refuse(LONGEST, text.length() + " characters (expected: at most " + LONGEST + ")");
    }
    Matcher matcher = TOKEN.matcher(text);
    int at = 0;
    while (!text.substring(at).isBlank()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw refuse(at, "an unfinished text (expected: its closing quote)");
      }
      String quoted = matcher.group("text");
      tokens.add(
          quoted == null
              ? new Token(matcher.group().trim(), false, at)
              : new Token(
                  quoted.substring(1, quoted.length() - 1).replaceAll("\\\\(.)", "$1"), true, at));
      at = matcher.end();
    }
    if (tokens.isEmpty()) {
      return TraceQuery.any();
    }
    TraceQuery query = or(0);
    if (next < tokens.size()) {
      throw refuse(here(), found() + " (expected: and, or)");
    }
    return query;
  }

  private TraceQuery or(int depth) {
    List<TraceQuery> parts = new ArrayList<>(List.of(and(depth)));
    while (takes("or")) {
      parts.add(and(depth));
    }
    return parts.size() == 1 ? parts.getFirst() : new TraceQuery.Any(List.copyOf(parts));
  }

  private TraceQuery and(int depth) {
    List<TraceQuery> parts = new ArrayList<>(List.of(one(depth)));
    while (takes("and")) {
      parts.add(one(depth));
    }
    return parts.size() == 1 ? parts.getFirst() : new TraceQuery.All(List.copyOf(parts));
  }

  private TraceQuery one(int depth) {
    if (depth > DEEPEST) {
      throw refuse(here(), "nested deeper than " + DEEPEST);
    }
    if (takes("not")) {
      return new TraceQuery.Not(one(depth + 1));
    }
    if (takes("(")) {
      TraceQuery inner = or(depth + 1);
      if (!takes(")")) {
        throw refuse(here(), found() + " (expected: a closing parenthesis)");
      }
      return inner;
    }
    return test();
  }

  private TraceQuery test() {
    if (next == tokens.size() || isSign(tokens.get(next))) {
      throw refuse(here(), found() + " (expected: a name such as service, duration or http.route)");
    }
    Token name = tokens.get(next++);
    Field field = name.quoted ? Field.ATTRIBUTE : Field.named(name.text);
    for (Comparison comparison : Comparison.values()) {
      if (takes(comparison.sign())) {
        return comparison == Comparison.EXISTS
            ? new TraceQuery.Test(field, name.text, comparison, "")
            : new TraceQuery.Test(field, name.text, comparison, value(field, comparison));
      }
    }
    return new TraceQuery.Test(field, name.text, Comparison.EXISTS, "");
  }

  private Object value(Field field, Comparison comparison) {
    if (next == tokens.size() || isSign(tokens.get(next))) {
      throw refuse(here(), found() + " (expected: a value)");
    }
    Token token = tokens.get(next++);
    boolean orders =
        switch (comparison) {
          case GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> true;
          case EQUAL, NOT_EQUAL, CONTAINS, EXISTS -> false;
        };
    if (field == Field.DURATION) {
      return Optional.of(token.text)
          .filter(_ -> comparison != Comparison.CONTAINS)
          .flatMap(TraceQueryParser::nanos)
          .orElseThrow(
              () -> refuse(token.at, token.text + " (expected: a duration such as 200ms)"));
    }
    if (!token.quoted
        && NUMBER.matcher(token.text).matches()
        && comparison != Comparison.CONTAINS) {
      return Double.valueOf(token.text);
    }
    if (orders) {
      throw refuse(token.at, token.text + " (expected: a number after " + comparison.sign() + ")");
    }
    return field == Field.KIND || field == Field.STATUS
        ? token.text.toLowerCase(Locale.ROOT)
        : token.text;
  }

  /** {@code 200ms}, in nanoseconds; empty when it is no duration. */
  static Optional<Double> nanos(String text) {
    Matcher duration = DURATION.matcher(text);
    if (!duration.matches()) {
      return Optional.empty();
    }
    long unit =
        switch (duration.group(2)) {
          case "ns" -> 1L;
          case "us", "µs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        };
    return Optional.of(
        new BigDecimal(duration.group(1)).multiply(BigDecimal.valueOf(unit)).doubleValue());
  }

  private boolean takes(String word) {
    if (next < tokens.size()
        && !tokens.get(next).quoted
        && tokens.get(next).text.equalsIgnoreCase(word)) {
      next++;
      return true;
    }
    return false;
  }

  private static boolean isSign(Token token) {
    return !token.quoted && "!=><()".indexOf(token.text.charAt(0)) >= 0;
  }

  private int here() {
    return next < tokens.size() ? tokens.get(next).at : text.length();
  }

  private String found() {
    return next < tokens.size() ? tokens.get(next).text : "the end";
  }

  private UserError refuse(int at, String message) {
    return UserError.usage("query: at character " + (at + 1) + ": " + message);
  }
}

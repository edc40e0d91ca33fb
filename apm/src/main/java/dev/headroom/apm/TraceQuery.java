package dev.headroom.apm;

import dev.headroom.apm.analysis.SpanFacts;
import dev.headroom.base.UserError;
import dev.headroom.signals.Span;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a span must be for its trace to be found: {@code service = api and duration > 200ms and
 * db.rows > 100}.
 *
 * <p>{@code service}, {@code name}, {@code route}, {@code kind}, {@code status} and {@code
 * duration} are of the span; any other name is an attribute of it, or of its resource when it has
 * none of that name. A name alone asks whether there is one.
 */
public sealed interface TraceQuery {

  /** Whether {@code span} is what is asked for. */
  boolean matches(Span span);

  /** Every span. */
  static TraceQuery any() {
    return new All(List.of());
  }

  /**
   * Reads a query; an empty one finds every trace.
   *
   * @throws UserError when it is none; the message tells where and what was expected
   */
  static TraceQuery parse(String text) {
    return new TraceQueryParser(text).parse();
  }

  /** All of them. */
  record All(List<TraceQuery> parts) implements TraceQuery {
    @Override
    public boolean matches(Span span) {
      return parts.stream().allMatch(p -> p.matches(span));
    }
  }

  /** One of them at least. */
  record Any(List<TraceQuery> parts) implements TraceQuery {
    @Override
    public boolean matches(Span span) {
      return parts.stream().anyMatch(p -> p.matches(span));
    }
  }

  /** Not that. */
  record Not(TraceQuery part) implements TraceQuery {
    @Override
    public boolean matches(Span span) {
      return !part.matches(span);
    }
  }

  /** How a value is compared. A comparison with a value of another type is never true. */
  enum Comparison {
    EQUAL("="),
    NOT_EQUAL("!="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    CONTAINS("contains"),
    EXISTS("exists");

    private final String sign;

    Comparison(String sign) {
      this.sign = sign;
    }

    /** As it is written. */
    String sign() {
      return sign;
    }

    boolean holds(Object value, Object wanted) {
      return switch (this) {
        case EXISTS -> true;
        case EQUAL -> equal(value, wanted);
        case NOT_EQUAL -> !equal(value, wanted);
        case CONTAINS ->
            value
                .toString()
                .toLowerCase(Locale.ROOT)
                .contains(wanted.toString().toLowerCase(Locale.ROOT));
        case GREATER -> ordered(value, wanted) && order(value, wanted) > 0;
        case GREATER_OR_EQUAL -> ordered(value, wanted) && order(value, wanted) >= 0;
        case LESS -> ordered(value, wanted) && order(value, wanted) < 0;
        case LESS_OR_EQUAL -> ordered(value, wanted) && order(value, wanted) <= 0;
      };
    }

    /* What is written without quotes may be meant as text: 200 equals "200". */
    private static boolean equal(Object value, Object wanted) {
      return ordered(value, wanted)
          ? order(value, wanted) == 0
          : value instanceof List<?> list
              ? list.stream().anyMatch(e -> equal(e, wanted))
              : value.toString().equals(text(wanted));
    }

    private static String text(Object wanted) {
      return wanted instanceof Double number
              && number == Math.rint(number)
              && Math.abs(number) < 1e15
          ? Long.toString(number.longValue())
          : wanted.toString();
    }

    private static boolean ordered(Object value, Object wanted) {
      return value instanceof Number && wanted instanceof Number;
    }

    private static int order(Object value, Object wanted) {
      return Double.compare(((Number) value).doubleValue(), ((Number) wanted).doubleValue());
    }
  }

  /** A field and what it is compared with. */
  record Test(Field field, String key, Comparison comparison, Object wanted) implements TraceQuery {
    @Override
    public boolean matches(Span span) {
      Object value = field.of(span, key);
      return value != null && comparison.holds(value, wanted);
    }
  }

  /** What a test looks at. Durations are in nanoseconds. */
  enum Field {
    SERVICE,
    NAME,
    ROUTE,
    KIND,
    STATUS,
    DURATION,
    ATTRIBUTE;

    /** By the name that a query gives it. */
    static Field named(String name) {
      return switch (name) {
        case "service" -> SERVICE;
        case "name" -> NAME;
        case "route" -> ROUTE;
        case "kind" -> KIND;
        case "status" -> STATUS;
        case "duration" -> DURATION;
        default -> ATTRIBUTE;
      };
    }

    @Nullable Object of(Span span, String key) {
      return switch (this) {
        case SERVICE -> SpanFacts.service(span.resource());
        case NAME -> span.name();
        case ROUTE -> SpanFacts.route(span).orElse("");
        case KIND -> span.kind().name().toLowerCase(Locale.ROOT);
        case STATUS -> span.status().name().toLowerCase(Locale.ROOT);
        case DURATION -> span.durationNanos();
        case ATTRIBUTE ->
            Optional.ofNullable(span.attributes().get(key)).orElseGet(() -> resource(span, key));
      };
    }

    private static @Nullable Object resource(Span span, String key) {
      return span.resource().get(key);
    }
  }
}

package dev.headroom.router.pool;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * DateStyle is two settings in one: a style, and the order of day and month. Either may be left
 * out.
 */
final class DateStyle {
  static final String NAME = "datestyle";

  private static final Pattern STYLE = Pattern.compile("\\b(iso|sql|postgres\\w*|german)\\b");
  private static final Pattern ORDER =
      Pattern.compile("\\b(mdy|us|noneuro\\w*|dmy|euro\\w*|ymd)\\b");

  private DateStyle() {}

  /**
   * What holds after {@code value} was set.
   *
   * @param before the statement that made what held before, null for none
   */
  static String after(@Nullable String before, String value) {
    Optional<String> style = find(STYLE, value);
    Optional<String> order = find(ORDER, value);
    if (before == null || (style.isEmpty() && order.isEmpty())) {
      return value;
    }
    if (order.isEmpty() && !style.equals(Optional.of("german"))) {
      order = find(ORDER, before);
    }
    if (style.isEmpty()) {
      style = find(STYLE, before);
    }
    String both = style.orElse("") + (style.isPresent() && order.isPresent() ? ", " : "");
    return "'" + both + order.orElse("") + "'";
  }

  private static Optional<String> find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text.toLowerCase(Locale.ROOT));
    return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
  }
}

package dev.headroom.sql;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The {@code key='value'} pairs of a comment.
 *
 * @see <a href="https://google.github.io/sqlcommenter/spec/">sqlcommenter</a>
 */
final class CommentTags {
  private static final int MAX_VALUE = 1024;

  private CommentTags() {}

  /** The value of {@code key} between the two places of {@code sql}, decoded. */
  static Optional<String> value(String sql, int start, int end, String key) {
    int at = sql.indexOf(key, start);
    while (at >= 0 && at < end) {
      int quote = at + key.length() + 1;
      boolean begins = at == start || !isKeyPart(sql.charAt(at - 1));
      if (begins && sql.startsWith("='", quote - 1) && quote < end) {
        int to = sql.indexOf('\'', quote + 1);
        return to < 0 || to >= end || to - quote > MAX_VALUE
            ? Optional.empty()
            : Optional.of(decode(sql.substring(quote + 1, to)));
      }
      at = sql.indexOf(key, at + 1);
    }
    return Optional.empty();
  }

  /** Could there be a pair? */
  static boolean mayHave(String sql, int start, int end) {
    int equals = sql.indexOf("='", start);
    return equals >= 0 && equals < end;
  }

  private static boolean isKeyPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '%' || c == '.';
  }

  private static String decode(String value) {
    if (value.indexOf('%') < 0 && value.indexOf('+') < 0) {
      return value;
    }
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return value;
    }
  }
}

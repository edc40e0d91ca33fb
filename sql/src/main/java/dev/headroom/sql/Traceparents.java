package dev.headroom.sql;

import java.util.Optional;

/**
 * Finds {@code traceparent='00-…'} in a comment.
 *
 * @see <a href="https://google.github.io/sqlcommenter/spec/">sqlcommenter</a>
 */
final class Traceparents {
  private static final String KEY = "traceparent='";

  private Traceparents() {}

  static Optional<String> in(String sql, int start, int end) {
    int key = sql.indexOf(KEY, start);
    if (key < 0 || key >= end) {
      return Optional.empty();
    }
    int from = key + KEY.length();
    int to = sql.indexOf('\'', from);
    return to < 0 || to > end ? Optional.empty() : Optional.of(sql.substring(from, to));
  }
}

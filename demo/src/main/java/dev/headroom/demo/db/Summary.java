package dev.headroom.demo.db;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a statement does and to which table: the span name of the OpenTelemetry conventions.
 *
 * @param text operation and first table, such as {@code SELECT issues}
 */
record Summary(String operation, String text) {
  private static final Pattern TABLE =
      Pattern.compile("\\b(?:FROM|INTO|UPDATE|TABLE|VIEW)\\s+(?:CONCURRENTLY\\s+)?([a-z_]+)");
  // The application's statements are constants, so this stays small.
  private static final Map<String, Summary> KNOWN = new ConcurrentHashMap<>();

  static Summary of(String sql) {
    return KNOWN.computeIfAbsent(sql, Summary::read);
  }

  private static Summary read(String sql) {
    int end = 0;
    while (end < sql.length() && Character.isLetter(sql.charAt(end))) {
      end++;
    }
    String operation = sql.substring(0, end).toUpperCase(Locale.ROOT);
    Matcher table = TABLE.matcher(sql);
    return new Summary(operation, table.find() ? operation + " " + table.group(1) : operation);
  }
}

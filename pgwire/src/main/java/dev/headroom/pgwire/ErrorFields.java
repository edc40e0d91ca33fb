package dev.headroom.pgwire;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The fields of an error or notice by their letter, in the order sent.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-error-fields.html">Error fields</a>
 */
public record ErrorFields(Map<Character, String> fields) {

  public ErrorFields {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** An ERROR of ours. */
  public static ErrorFields error(String sqlState, String message, String detail, String hint) {
    return of("ERROR", sqlState, message, detail, hint);
  }

  /** A FATAL error of ours: the connection ends behind it. */
  public static ErrorFields fatal(String sqlState, String message, String detail, String hint) {
    return of("FATAL", sqlState, message, detail, hint);
  }

  private static ErrorFields of(
      String severity, String sqlState, String message, String detail, String hint) {
    Map<Character, String> fields = new LinkedHashMap<>();
    fields.put('S', severity);
    fields.put('V', severity);
    fields.put('C', sqlState);
    fields.put('M', message);
    if (!detail.isEmpty()) {
      fields.put('D', detail);
    }
    if (!hint.isEmpty()) {
      fields.put('H', hint);
    }
    return new ErrorFields(fields);
  }

  /** Not translated, unlike field S. */
  public String severity() {
    return fields.getOrDefault('V', fields.getOrDefault('S', ""));
  }

  public String sqlState() {
    return fields.getOrDefault('C', "");
  }

  public String message() {
    return fields.getOrDefault('M', "");
  }

  public String detail() {
    return fields.getOrDefault('D', "");
  }

  /** The function of the server's source that raised it: the same in every language. */
  public String routine() {
    return fields.getOrDefault('R', "");
  }

  /** {@code FATAL 57P03: the database system is starting up}. */
  @Override
  public String toString() {
    return severity() + " " + sqlState() + ": " + message();
  }
}

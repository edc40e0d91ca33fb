package dev.headroom.base;

import java.util.Optional;

/**
 * One thing that is wrong with what a user gave us.
 *
 * @param source the file, or a name for the place, for example {@code app.yaml}
 * @param line first line is 1; 0 when the place has no lines
 * @param path where in the document, for example {@code spec.services.web.port}
 * @param value the offending value as written; empty when something is missing
 * @param expected what would have been right
 * @param hint what to do next, for example the nearest valid key; may be empty
 */
public record Problem(
    String source, int line, String path, String value, String expected, String hint) {

  /** {@code app.yaml:12: spec.services.web.port: 80x (expected: a port, 0 to 65535)}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(source);
    if (line > 0) {
      text.append(':').append(line);
    }
    if (!path.isEmpty()) {
      text.append(": ").append(path);
    }
    text.append(": ");
    if (!value.isEmpty()) {
      text.append(value).append(' ');
    }
    text.append("(expected: ").append(expected).append(')');
    if (!hint.isEmpty()) {
      text.append("; ").append(hint);
    }
    return text.toString();
  }

  /** Of {@code valid}, the key a person most likely meant by {@code written}. */
  public static Optional<String> nearest(String written, Iterable<String> valid) {
    String best = null;
    int bestDistance = Math.max(2, written.length() / 3) + 1;
    for (String candidate : valid) {
      int distance = distance(written, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /* Levenshtein distance without regard to case, a row at a time. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same =
            Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
        int substitution = diagonal + (same ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}

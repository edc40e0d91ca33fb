package dev.headroom.sql;

import java.util.Arrays;
import java.util.Optional;

/** The tokens of a text, comments apart. Immutable. */
public final class SqlTokens {
  private final String sql;
  private final TokenKind[] kinds;
  private final int[] starts;
  private final int[] ends;
  private final int size;
  private final Optional<String> traceparent;
  private final boolean backslash;

  private SqlTokens(
      String sql,
      TokenKind[] kinds,
      int[] starts,
      int[] ends,
      int size,
      Optional<String> traceparent,
      boolean backslash) {
    this.sql = sql;
    this.kinds = kinds;
    this.starts = starts;
    this.ends = ends;
    this.size = size;
    this.traceparent = traceparent;
    this.backslash = backslash;
  }

  public static SqlTokens of(String sql) {
    SqlScanner scanner = new SqlScanner(sql);
    TokenKind[] kinds = new TokenKind[32];
    int[] starts = new int[32];
    int[] ends = new int[32];
    int size = 0;
    Optional<String> traceparent = Optional.empty();
    while (true) {
      while (scanner.skipBlanks()) {
        Optional<String> found = Traceparents.in(sql, scanner.commentStart(), scanner.position());
        traceparent = found.isPresent() ? found : traceparent;
      }
      if (scanner.atEnd()) {
        break;
      }
      if (size == kinds.length) {
        kinds = Arrays.copyOf(kinds, size * 2);
        starts = Arrays.copyOf(starts, size * 2);
        ends = Arrays.copyOf(ends, size * 2);
      }
      starts[size] = scanner.position();
      kinds[size] = scanner.next();
      ends[size] = scanner.position();
      size++;
    }
    return new SqlTokens(sql, kinds, starts, ends, size, traceparent, scanner.sawBackslash());
  }

  public int size() {
    return size;
  }

  public TokenKind kind(int i) {
    return kinds[i];
  }

  /** As written. */
  public String text(int i) {
    return sql.substring(starts[i], ends[i]);
  }

  public int start(int i) {
    return starts[i];
  }

  public int end(int i) {
    return ends[i];
  }

  /** The whole text. */
  public String sql() {
    return sql;
  }

  /** From sqlcommenter's comment, unchecked. */
  public Optional<String> traceparent() {
    return traceparent;
  }

  /** Would the tokens end elsewhere with {@code standard_conforming_strings} off? */
  public boolean dependsOnStandardStrings() {
    return backslash;
  }

  /** An unquoted word, without regard to case? {@code word} is in lower case. */
  public boolean isWord(int i, String word) {
    if (i < 0 || i >= size || kinds[i] != TokenKind.WORD || ends[i] - starts[i] != word.length()) {
      return false;
    }
    for (int k = 0; k < word.length(); k++) {
      if (lower(sql.charAt(starts[i] + k)) != word.charAt(k)) {
        return false;
      }
    }
    return true;
  }

  public boolean isPunctuation(int i, char c) {
    return i >= 0
        && i < size
        && kinds[i] == TokenKind.PUNCTUATION
        && ends[i] - starts[i] == 1
        && sql.charAt(starts[i]) == c;
  }

  boolean isCast(int i) {
    return i >= 0
        && i < size
        && kinds[i] == TokenKind.PUNCTUATION
        && ends[i] - starts[i] == 2
        && sql.charAt(starts[i]) == ':'
        && sql.charAt(starts[i] + 1) == ':';
  }

  /** Could it name something: a word or a quoted name? */
  public boolean isName(int i) {
    return i >= 0 && i < size && (kinds[i] == TokenKind.WORD || kinds[i] == TokenKind.QUOTED_NAME);
  }

  /** The name as the catalog has it: folded to lower case, or unquoted. */
  public String name(int i) {
    String text = text(i);
    return kinds[i] == TokenKind.QUOTED_NAME
        ? text.substring(1, text.length() - 1).replace("\"\"", "\"")
        : lower(text);
  }

  /* PostgreSQL folds ASCII only in UTF-8 databases. */
  private static String lower(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        char[] folded = text.toCharArray();
        for (int k = i; k < folded.length; k++) {
          folded[k] = lower(folded[k]);
        }
        return new String(folded);
      }
    }
    return text;
  }

  private static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }
}

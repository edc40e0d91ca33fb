package dev.headroom.sql;

import java.util.Arrays;
import java.util.Optional;

/** The tokens of a text, comments apart. Immutable. */
public final class SqlTokens {
  private static final int[] NONE = {};

  private final String sql;
  private final TokenKind[] kinds;
  private final int[] starts;
  private final int[] ends;
  private final int size;
  /* Starts and ends, in turn, of the comments that may have tags. */
  private final int[] comments;
  private final boolean backslash;

  private SqlTokens(
      String sql,
      TokenKind[] kinds,
      int[] starts,
      int[] ends,
      int size,
      int[] comments,
      boolean backslash) {
    this.sql = sql;
    this.kinds = kinds;
    this.starts = starts;
    this.ends = ends;
    this.size = size;
    this.comments = comments;
    this.backslash = backslash;
  }

  public static SqlTokens of(String sql) {
    SqlScanner scanner = new SqlScanner(sql);
    TokenKind[] kinds = new TokenKind[32];
    int[] starts = new int[32];
    int[] ends = new int[32];
    int size = 0;
    int[] comments = NONE;
    while (true) {
      while (scanner.skipBlanks()) {
        int start = scanner.commentStart();
        if (CommentTags.mayHave(sql, start, scanner.position())) {
          comments = Arrays.copyOf(comments, comments.length + 2);
          comments[comments.length - 2] = start;
          comments[comments.length - 1] = scanner.position();
        }
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
    return new SqlTokens(sql, kinds, starts, ends, size, comments, scanner.sawBackslash());
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

  /** The {@code traceparent} of sqlcommenter's comment, unchecked; of several the last. */
  public Optional<String> traceparent() {
    return tag("traceparent");
  }

  /** The value of {@code key} in a comment as sqlcommenter writes it; of several the last. */
  public Optional<String> tag(String key) {
    for (int i = comments.length - 2; i >= 0; i -= 2) {
      Optional<String> found = CommentTags.value(sql, comments[i], comments[i + 1], key);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
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

package dev.headroom.sql;

/**
 * Finds the end of each token by the rules of PostgreSQL's {@code scan.l}, with {@code
 * standard_conforming_strings} on. One pass, no allocation, never throws.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-syntax-lexical.html">Lexical structure</a>
 */
final class SqlScanner {
  private static final String OPERATOR_CHARS = "+-*/<>=~!@#%^&|`?";

  private final String sql;
  private int position;
  private int commentStart = -1;
  private boolean backslash;

  SqlScanner(String sql) {
    this.sql = sql;
  }

  /** End of the token that {@link #next} found; its start is where {@link #skipBlanks} stopped. */
  int position() {
    return position;
  }

  /** A plain string held a backslash, which would end elsewhere in a non-standard server. */
  boolean sawBackslash() {
    return backslash;
  }

  /**
   * Goes over white space and one comment at most.
   *
   * @return true when it stopped behind a comment, whose text is {@link #commentStart} to {@link
   *     #position}; call again then
   */
  boolean skipBlanks() {
    while (position < sql.length() && isSpace(sql.charAt(position))) {
      position++;
    }
    if (at(position, '-') && at(position + 1, '-')) {
      commentStart = position;
      position = endOfLine(position);
      return true;
    }
    if (at(position, '/') && at(position + 1, '*')) {
      int end = endOfBlockComment(position);
      if (end >= 0) {
        commentStart = position;
        position = end;
        return true;
      }
    }
    return false;
  }

  int commentStart() {
    return commentStart;
  }

  boolean atEnd() {
    return position >= sql.length();
  }

  /** Goes over the token that starts here; not at the end, not at white space. */
  TokenKind next() {
    char c = sql.charAt(position);
    if (at(position, '/') && at(position + 1, '*')) {
      return error(); // Unterminated, or skipBlanks would have taken it.
    }
    if (isNameStart(c)) {
      return wordOrPrefixedString(c);
    }
    if ((c >= '0' && c <= '9') || (c == '.' && isDigit(position + 1))) {
      return number();
    }
    return switch (c) {
      case '\'' -> string(position, false);
      case '"' -> quotedName(position, TokenKind.QUOTED_NAME);
      case '$' -> dollar();
      case '(', ')', '[', ']', ',', ';' -> take(1, TokenKind.PUNCTUATION);
      case '.' -> take(at(position + 1, '.') ? 2 : 1, TokenKind.PUNCTUATION);
      case ':' ->
          take(at(position + 1, ':') || at(position + 1, '=') ? 2 : 1, TokenKind.PUNCTUATION);
      default -> OPERATOR_CHARS.indexOf(c) >= 0 ? operator() : error();
    };
  }

  private TokenKind wordOrPrefixedString(char c) {
    boolean quoteNext = at(position + 1, '\'');
    if (quoteNext) {
      switch (c) {
        case 'e', 'E' -> {
          return string(position + 1, true);
        }
        case 'b', 'B', 'x', 'X', 'n', 'N' -> {
          return string(position + 1, false);
        }
        default -> {}
      }
    }
    if ((c == 'u' || c == 'U') && at(position + 1, '&')) {
      if (at(position + 2, '\'')) {
        // Its backslashes are its own; with standard_conforming_strings off it is refused.
        boolean before = backslash;
        TokenKind kind = string(position + 2, false);
        backslash = before;
        return kind;
      }
      if (at(position + 2, '"')) {
        return quotedName(position + 2, TokenKind.UNICODE_NAME);
      }
    }
    int end = position + 1;
    while (end < sql.length() && isNamePart(sql.charAt(end))) {
      end++;
    }
    position = end;
    return TokenKind.WORD;
  }

  private TokenKind string(int quote, boolean escapes) {
    int i = quote + 1;
    while (i < sql.length()) {
      char c = sql.charAt(i);
      if (c == '\\') {
        backslash |= !escapes;
        i += escapes ? 2 : 1;
      } else if (c != '\'') {
        i++;
      } else if (at(i + 1, '\'')) {
        i += 2;
      } else {
        int next = continuation(i + 1);
        if (next < 0) {
          position = i + 1;
          return TokenKind.STRING;
        }
        // The next part is read in the mode of the first one: E'a' newline 'b\'c' is one string.
        i = next + 1;
      }
    }
    return error();
  }

  /* Strings apart by white space with a line break are one: the quote of the next part, or -1. */
  private int continuation(int from) {
    boolean lineBreak = false;
    int i = from;
    while (i < sql.length()) {
      char c = sql.charAt(i);
      if (c == '\n' || c == '\r') {
        lineBreak = true;
        i++;
      } else if (isSpace(c)) {
        i++;
      } else if (c == '-' && at(i + 1, '-')) {
        i = endOfLine(i);
      } else {
        return c == '\'' && lineBreak ? i : -1;
      }
    }
    return -1;
  }

  private TokenKind quotedName(int quote, TokenKind kind) {
    int i = quote + 1;
    while (i < sql.length()) {
      if (sql.charAt(i) != '"') {
        i++;
      } else if (at(i + 1, '"')) {
        i += 2;
      } else {
        boolean empty = i == quote + 1;
        position = i + 1;
        return empty ? TokenKind.ERROR : kind;
      }
    }
    return error();
  }

  private TokenKind dollar() {
    int i = position + 1;
    if (isDigit(i)) {
      while (isDigit(i)) {
        i++;
      }
      boolean junk = i < sql.length() && isNameStart(sql.charAt(i));
      position = i;
      return junk ? TokenKind.ERROR : TokenKind.PARAMETER;
    }
    if (i < sql.length() && isNameStart(sql.charAt(i))) {
      i++;
      while (i < sql.length() && sql.charAt(i) != '$' && isNamePart(sql.charAt(i))) {
        i++;
      }
    }
    if (!at(i, '$')) {
      return error();
    }
    String tag = sql.substring(position, i + 1);
    int end = sql.indexOf(tag, i + 1);
    if (end < 0) {
      return error();
    }
    position = end + tag.length();
    return TokenKind.STRING;
  }

  private TokenKind number() {
    int i = position;
    boolean based = at(i, '0') && i + 1 < sql.length() && "xXoObB".indexOf(sql.charAt(i + 1)) >= 0;
    if (based) {
      i += 2;
      while (i < sql.length() && (isNamePart(sql.charAt(i)) && sql.charAt(i) != '$')) {
        i++;
      }
      position = i;
      return TokenKind.NUMBER;
    }
    i = digits(i);
    // 1..10 is a number, two dots, a number.
    if (at(i, '.') && !at(i + 1, '.')) {
      i = digits(i + 1);
    }
    if (i < sql.length() && (sql.charAt(i) == 'e' || sql.charAt(i) == 'E')) {
      int exponent = at(i + 1, '+') || at(i + 1, '-') ? i + 2 : i + 1;
      if (isDigit(exponent)) {
        i = digits(exponent);
      }
    }
    boolean junk = i < sql.length() && isNameStart(sql.charAt(i));
    position = i;
    return junk ? TokenKind.ERROR : TokenKind.NUMBER;
  }

  private int digits(int from) {
    int i = from;
    while (isDigit(i) || (at(i, '_') && isDigit(i + 1))) {
      i++;
    }
    return i;
  }

  private TokenKind operator() {
    int i = position;
    while (i < sql.length() && OPERATOR_CHARS.indexOf(sql.charAt(i)) >= 0) {
      boolean comment = (at(i, '-') && at(i + 1, '-')) || (at(i, '/') && at(i + 1, '*'));
      if (comment) {
        break;
      }
      i++;
    }
    if (i == position) {
      return error();
    }
    // a=-1 is three tokens: a sign ends an operator only behind one of these characters.
    boolean mayEndInSign = false;
    for (int k = position; k < i; k++) {
      mayEndInSign |= "~!@#%^&|`?".indexOf(sql.charAt(k)) >= 0;
    }
    while (!mayEndInSign && i > position + 1 && "+-".indexOf(sql.charAt(i - 1)) >= 0) {
      i--;
    }
    position = i;
    return TokenKind.OPERATOR;
  }

  private TokenKind take(int length, TokenKind kind) {
    position += length;
    return kind;
  }

  /* The rest cannot be told apart from what is broken. */
  private TokenKind error() {
    position = sql.length();
    return TokenKind.ERROR;
  }

  private int endOfLine(int from) {
    int i = from;
    while (i < sql.length() && sql.charAt(i) != '\n' && sql.charAt(i) != '\r') {
      i++;
    }
    return i;
  }

  private int endOfBlockComment(int from) {
    int depth = 1;
    int i = from + 2;
    while (i < sql.length()) {
      if (at(i, '*') && at(i + 1, '/')) {
        depth--;
        i += 2;
        if (depth == 0) {
          return i;
        }
      } else if (at(i, '/') && at(i + 1, '*')) {
        depth++;
        i += 2;
      } else {
        i++;
      }
    }
    return -1;
  }

  private boolean at(int i, char c) {
    return i < sql.length() && sql.charAt(i) == c;
  }

  private boolean isDigit(int i) {
    return i < sql.length() && sql.charAt(i) >= '0' && sql.charAt(i) <= '9';
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\u000b';
  }

  private static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  private static boolean isNamePart(char c) {
    return isNameStart(c) || (c >= '0' && c <= '9') || c == '$';
  }
}

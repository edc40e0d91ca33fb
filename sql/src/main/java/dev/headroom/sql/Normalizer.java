package dev.headroom.sql;

/** Writes tokens in one canonical way. */
final class Normalizer {
  private final SqlTokens tokens;
  private final StringBuilder out;
  /* The innermost list after IN that has held only values so far: where its content begins. */
  private int listStart = -1;
  private int listDepth;
  /* The first row after VALUES: where it begins and ends; further rows equal to it are left out. */
  private int rowStart = -1;
  private int rowEnd = -1;
  private int rowDepth;
  private boolean inValues;
  private String firstRow = "";
  /* The token written last; a sign is not written. */
  private int previous = -1;

  Normalizer(SqlTokens tokens) {
    this.tokens = tokens;
    this.out = new StringBuilder(tokens.sql().length() + 16);
  }

  String normalize() {
    int size = tokens.size();
    while (size > 0 && tokens.isPunctuation(size - 1, ';')) {
      size--;
    }
    for (int i = 0; i < size; i++) {
      if (isSign(i)) {
        continue;
      }
      if (needsSpace(i)) {
        out.append(' ');
      }
      append(i);
      previous = i;
    }
    return out.toString();
  }

  private void append(int i) {
    switch (tokens.kind(i)) {
      case STRING, NUMBER -> out.append('?');
      case PARAMETER, OPERATOR, QUOTED_NAME, UNICODE_NAME, ERROR -> {
        leaveListsUnlessValue(i);
        out.append(tokens.text(i));
      }
      case WORD -> {
        leaveListsUnlessValue(i);
        out.append(tokens.name(i));
        if (tokens.isWord(i, "values")) {
          inValues = true;
          rowStart = -1;
          rowEnd = -1;
          rowDepth = 0;
        }
      }
      case PUNCTUATION -> {
        out.append(tokens.text(i));
        punctuation(i);
      }
    }
  }

  private void punctuation(int i) {
    if (tokens.isPunctuation(i, '(')) {
      if (listStart >= 0) {
        listDepth++;
      } else if (tokens.isWord(i - 1, "in")) {
        listStart = out.length();
        listDepth = 1;
      }
      if (inValues && rowDepth++ == 0) {
        rowStart = out.length() - 1;
      }
    } else if (tokens.isPunctuation(i, ')')) {
      if (listStart >= 0 && --listDepth == 0) {
        out.setLength(listStart);
        out.append("...)");
        listStart = -1;
      }
      if (inValues && --rowDepth <= 0) {
        endRow();
      }
    } else if (!tokens.isPunctuation(i, ',') && !tokens.isCast(i)) {
      listStart = -1;
    }
  }

  private void endRow() {
    if (rowDepth < 0 || rowStart < 0) {
      inValues = false;
    } else if (rowEnd < 0) {
      firstRow = out.substring(rowStart);
      rowEnd = out.length();
    } else if (valuesOf(out.substring(rowStart)).equals(valuesOf(firstRow))) {
      out.setLength(rowEnd);
    } else {
      inValues = false;
    }
  }

  /* Rows of parameters are the same row: ($1, $2), ($3, $4). */
  private static String valuesOf(String row) {
    StringBuilder text = new StringBuilder(row.length());
    for (int i = 0; i < row.length(); i++) {
      char c = row.charAt(i);
      if (c == '$') {
        text.append('?');
        while (i + 1 < row.length() && Character.isDigit(row.charAt(i + 1))) {
          i++;
        }
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  private void leaveListsUnlessValue(int i) {
    boolean value =
        tokens.kind(i) == TokenKind.PARAMETER
            || tokens.isWord(i, "null")
            || tokens.isCast(i - 1)
            || tokens.isWord(i, "true")
            || tokens.isWord(i, "false");
    if (!value) {
      listStart = -1;
    }
    if (inValues && rowDepth == 0 && rowEnd >= 0) {
      inValues = false;
    }
  }

  /* The sign of a literal belongs to the literal. */
  private boolean isSign(int i) {
    if (tokens.kind(i) != TokenKind.OPERATOR
        || !(tokens.text(i).equals("-") || tokens.text(i).equals("+"))
        || i + 1 >= tokens.size()
        || tokens.kind(i + 1) != TokenKind.NUMBER) {
      return false;
    }
    if (i == 0) {
      return true;
    }
    return switch (tokens.kind(i - 1)) {
      case OPERATOR -> true;
      case WORD -> Words.RESERVED.contains(tokens.name(i - 1));
      case PUNCTUATION ->
          !tokens.isPunctuation(i - 1, ')')
              && !tokens.isPunctuation(i - 1, ']')
              && !tokens.isPunctuation(i - 1, '.');
      default -> false;
    };
  }

  private boolean needsSpace(int i) {
    if (previous < 0) {
      return false;
    }
    if (tokens.kind(i) == TokenKind.PUNCTUATION) {
      return tokens.isPunctuation(i, '(') && !callsBefore(previous);
    }
    if (tokens.kind(previous) != TokenKind.PUNCTUATION) {
      return true;
    }
    return tokens.isPunctuation(previous, ')')
        || tokens.isPunctuation(previous, ']')
        || tokens.isPunctuation(previous, ',')
        || tokens.isPunctuation(previous, ';');
  }

  private boolean callsBefore(int before) {
    return switch (tokens.kind(before)) {
      case WORD -> !Words.BEFORE_PARENTHESIS.contains(tokens.name(before));
      case QUOTED_NAME, UNICODE_NAME -> true;
      case PUNCTUATION -> tokens.isPunctuation(before, '(');
      default -> false;
    };
  }
}

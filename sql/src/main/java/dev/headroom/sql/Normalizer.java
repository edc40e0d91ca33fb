package dev.headroom.sql;

import java.util.Set;

/** Writes tokens in one canonical way. */
final class Normalizer {
  private static final Set<String> COMPARISONS = Set.of("=", "<", ">", "<=", ">=", "<>", "!=");

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
      case OPERATOR -> {
        leaveListsUnlessValue(i);
        operator(tokens.text(i));
      }
      case PARAMETER, QUOTED_NAME, UNICODE_NAME, ERROR -> {
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

  /* Drivers' spans have the driver's placeholders: a=? is a comparison and a placeholder. */
  private void operator(String text) {
    int comparison = text.length() - 1;
    boolean both = comparison > 0 && text.charAt(comparison) == '?';
    if (both && COMPARISONS.contains(text.substring(0, comparison))) {
      out.append(text, 0, comparison).append(" ?");
    } else {
      out.append(text);
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
    } else if (parametersAlike(out.substring(rowStart)).equals(parametersAlike(firstRow))) {
      out.setLength(rowEnd);
    } else {
      inValues = false;
    }
  }

  /** The text with each parameter as a value is written: {@code $1} and {@code $2} are alike. */
  static String parametersAlike(String text) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    StringBuilder alike = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean parameter =
          c == '$'
              && i + 1 < text.length()
              && Character.isDigit(text.charAt(i + 1))
              && (i == 0 || !Character.isJavaIdentifierPart(text.charAt(i - 1)));
      if (parameter) {
        alike.append('?');
        while (i + 1 < text.length() && Character.isDigit(text.charAt(i + 1))) {
          i++;
        }
      } else {
        alike.append(c);
      }
    }
    return alike.toString();
  }

  private void leaveListsUnlessValue(int i) {
    boolean value =
        tokens.kind(i) == TokenKind.PARAMETER
            || (tokens.kind(i) == TokenKind.OPERATOR && tokens.text(i).equals("?"))
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

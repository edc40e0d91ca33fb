package dev.headroom.advisor.statement;

import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Cuts pieces of SQL at words and commas that stand outside of parentheses and CASE. */
public final class Snippets {
  private Snippets() {}

  /** The pieces between commas. */
  public static List<String> atCommas(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    return cut(tokens, i -> tokens.isPunctuation(i, ','));
  }

  /** The pieces between ORs. */
  public static List<String> atOrs(String condition) {
    SqlTokens tokens = SqlTokens.of(condition);
    return cut(tokens, i -> tokens.isWord(i, "or"));
  }

  /** The conditions that must all hold; one when they are alternatives. */
  public static List<String> conjuncts(String condition) {
    if (atOrs(condition).size() > 1) {
      return List.of("(" + condition + ")");
    }
    SqlTokens tokens = SqlTokens.of(condition);
    boolean[] between = {false};
    return cut(
        tokens,
        i -> {
          if (tokens.isWord(i, "between")) {
            between[0] = true;
          }
          if (!tokens.isWord(i, "and")) {
            return false;
          }
          boolean ofBetween = between[0];
          between[0] = false;
          return !ofBetween;
        });
  }

  /** {@code (…)} without its parentheses when they enclose all of it, however often. */
  public static String unwrapped(String sql) {
    String text = sql.trim();
    while (text.startsWith("(")) {
      SqlTokens tokens = SqlTokens.of(text);
      if (closing(tokens, 0) != tokens.size() - 1) {
        return text;
      }
      text = text.substring(1, text.length() - 1).trim();
    }
    return text;
  }

  /** Where the parenthesis opened at {@code open} closes; the end when it does not. */
  public static int closing(SqlTokens tokens, int open) {
    int depth = 0;
    for (int i = open; i < tokens.size(); i++) {
      if (tokens.isPunctuation(i, '(')) {
        depth++;
      } else if (tokens.isPunctuation(i, ')') && --depth == 0) {
        return i;
      }
    }
    return tokens.size();
  }

  /** The text of tokens {@code from} to before {@code to}; empty when there are none. */
  public static String text(SqlTokens tokens, int from, int to) {
    return from >= to ? "" : tokens.sql().substring(tokens.start(from), tokens.end(to - 1));
  }

  /** What stands before a dot: {@code i} of {@code i.id}. In lower case. */
  public static Set<String> qualifiers(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    Set<String> found = new TreeSet<>();
    for (int i = 0; i + 1 < tokens.size(); i++) {
      if (tokens.isName(i)
          && tokens.isPunctuation(i + 1, '.')
          && !tokens.isPunctuation(i - 1, '.')) {
        found.add(tokens.name(i));
      }
    }
    return found;
  }

  /** Names that stand alone and are neither called nor keywords of an expression. */
  public static boolean hasBareName(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    for (int i = 0; i < tokens.size(); i++) {
      boolean dotted = tokens.isPunctuation(i + 1, '.') || tokens.isPunctuation(i - 1, '.');
      boolean called = tokens.isPunctuation(i + 1, '(');
      boolean cast = i > 0 && tokens.text(i - 1).equals("::");
      boolean grammar =
          tokens.kind(i) == TokenKind.WORD
              && EXPRESSION_WORDS.contains(tokens.text(i).toLowerCase(Locale.ROOT));
      if (tokens.isName(i) && !dotted && !called && !cast && !grammar) {
        return true;
      }
    }
    return false;
  }

  private static final Set<String> EXPRESSION_WORDS =
      Set.of(
          "and",
          "or",
          "not",
          "is",
          "null",
          "true",
          "false",
          "in",
          "like",
          "ilike",
          "between",
          "interval",
          "date",
          "timestamp",
          "timestamptz",
          "current_date",
          "current_timestamp",
          "case",
          "when",
          "then",
          "else",
          "end",
          "any",
          "all",
          "some",
          "array",
          "distinct",
          "from",
          "exists",
          "select",
          "as",
          "cast",
          "at",
          "time",
          "zone",
          "collate",
          "similar",
          "to",
          "localtimestamp",
          "filter",
          "where",
          "over",
          "epoch",
          "asc",
          "desc",
          "nulls",
          "first",
          "last");

  /** Whether {@code sql} has a parameter such as {@code $1}. */
  public static boolean hasParameter(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.kind(i) == TokenKind.PARAMETER) {
        return true;
      }
    }
    return false;
  }

  /** The highest parameter number; 0 when there is none. */
  public static int parameters(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    int highest = 0;
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.kind(i) == TokenKind.PARAMETER && tokens.text(i).length() < 7) {
        highest = Math.max(highest, Integer.parseInt(tokens.text(i).substring(1)));
      }
    }
    return highest;
  }

  /** Whether {@code word} stands in it outside of strings. */
  public static boolean hasWord(String sql, String word) {
    SqlTokens tokens = SqlTokens.of(sql);
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.isWord(i, word)) {
        return true;
      }
    }
    return false;
  }

  /** Where a cut is made: the token is left out. */
  private interface Cut {
    boolean at(int token);
  }

  private static List<String> cut(SqlTokens tokens, Cut cut) {
    List<String> pieces = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < tokens.size(); i++) {
      depth += depthChange(tokens, i);
      if (depth == 0 && cut.at(i)) {
        pieces.add(text(tokens, from, i));
        from = i + 1;
      }
    }
    pieces.add(text(tokens, from, tokens.size()));
    return pieces;
  }

  /** +1 where something opens, -1 where it closes. */
  static int depthChange(SqlTokens tokens, int i) {
    if (tokens.isPunctuation(i, '(') || tokens.isPunctuation(i, '[') || tokens.isWord(i, "case")) {
      return 1;
    }
    boolean closes =
        tokens.isPunctuation(i, ')') || tokens.isPunctuation(i, ']') || tokens.isWord(i, "end");
    return closes ? -1 : 0;
  }
}

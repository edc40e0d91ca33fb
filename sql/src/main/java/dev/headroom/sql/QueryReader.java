package dev.headroom.sql;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Walks the tokens of a query once and notes what it names.
 *
 * <p>Per depth of parentheses it knows whether a FROM list is open and whether the next thing is a
 * relation. Errors are on one side only: what is not a function may be taken for one, and what is
 * no relation for a relation; the catalog does not know it then, and the statement is no read.
 */
final class QueryReader {
  private final SqlTokens tokens;
  private final int from;
  private final int to;
  private final Set<String> functions = new HashSet<>();
  private final Set<String> relations = new HashSet<>();
  private final Set<String> commonTables = new HashSet<>();
  private final Set<String> attributes = new HashSet<>();
  private final Deque<Level> levels = new ArrayDeque<>();
  private String doubt = "";
  private boolean writes;

  /* One depth of parentheses. */
  private static final class Level {
    /* Opened by EXTRACT( and the like: its FROM names no relation. */
    final boolean special;
    boolean inFrom;
    boolean expectsRelation;
    boolean inWith;

    Level(boolean special) {
      this.special = special;
    }
  }

  QueryReader(SqlTokens tokens, int from, int to) {
    this.tokens = tokens;
    this.from = from;
    this.to = to;
  }

  String doubt() {
    return doubt;
  }

  boolean writes() {
    return writes;
  }

  Set<String> functions() {
    return functions;
  }

  /* A name that a CTE has may also be a real relation elsewhere in the statement; that such a
   * relation is harmless is for the catalog to say. */
  Set<String> relations() {
    Set<String> real = new HashSet<>(relations);
    real.removeAll(commonTables);
    return real;
  }

  Set<String> commonTables() {
    return commonTables;
  }

  Set<String> attributes() {
    return attributes;
  }

  void read() {
    levels.push(new Level(false));
    if (tokens.dependsOnStandardStrings()) {
      doubt("backslash in a plain string");
    }
    for (int i = from; i < to; i++) {
      switch (tokens.kind(i)) {
        case ERROR -> doubt("not understood");
        case UNICODE_NAME -> doubt("U& name");
        case PUNCTUATION -> punctuation(i);
        case WORD, QUOTED_NAME -> i = name(i);
        case STRING, NUMBER, PARAMETER, OPERATOR -> level().expectsRelation = false;
      }
    }
    if (levels.size() != 1) {
      doubt("parentheses do not match");
    }
  }

  private Level level() {
    return levels.element();
  }

  private void doubt(String why) {
    if (doubt.isEmpty()) {
      doubt = why;
    }
  }

  private void punctuation(int i) {
    if (tokens.isPunctuation(i, '(')) {
      Level inner =
          new Level(
              i > from
                  && tokens.kind(i - 1) == TokenKind.WORD
                  && Words.FROM_INSIDE.contains(tokens.name(i - 1)));
      // FROM (a JOIN b): the parenthesis holds relations, unless a query begins.
      inner.inFrom = level().expectsRelation;
      inner.expectsRelation = level().expectsRelation;
      level().expectsRelation = false;
      levels.push(inner);
    } else if (tokens.isPunctuation(i, ')')) {
      if (levels.size() == 1) {
        doubt("parentheses do not match");
      } else {
        levels.pop();
        level().expectsRelation = false;
      }
    } else if (tokens.isPunctuation(i, ',')) {
      level().expectsRelation = level().inFrom;
    } else if (tokens.isPunctuation(i, ';')) {
      doubt("several statements");
    }
  }

  /* Returns the last token it has read. */
  private int name(int i) {
    boolean word = tokens.kind(i) == TokenKind.WORD;
    String name = tokens.name(i);
    if (tokens.isPunctuation(i - 1, '.')) {
      attributes.add(name);
      call(i, name);
      return i;
    }
    if (word && keyword(i, name)) {
      return i;
    }
    if (level().expectsRelation) {
      return relation(i);
    }
    boolean commonTable =
        level().inWith
            && (tokens.isPunctuation(i - 1, ',')
                || tokens.isWord(i - 1, "with")
                || tokens.isWord(i - 1, "recursive"));
    if (commonTable && definesCommonTable(i)) {
      commonTables.add(name);
      return i;
    }
    call(i, name);
    return i;
  }

  /* name AS [NOT MATERIALIZED] (…, or name (columns) AS …. */
  private boolean definesCommonTable(int i) {
    int next = i + 1;
    if (tokens.isPunctuation(next, '(')) {
      while (next < to && !tokens.isPunctuation(next, ')')) {
        next++;
      }
      next++;
    }
    return next < to && tokens.isWord(next, "as");
  }

  /* True when the word has been dealt with as part of the grammar. */
  private boolean keyword(int i, String word) {
    return switch (word) {
      case "insert", "update", "delete", "merge" -> {
        // FOR UPDATE and FOR NO KEY UPDATE are told as locks below.
        if (!tokens.isWord(i - 1, "for") && !tokens.isWord(i - 1, "key")) {
          writes = true;
          doubt("write in a query");
        }
        yield true;
      }
      case "into" -> {
        doubt("INTO");
        yield true;
      }
      case "for" -> {
        boolean lock =
            tokens.isWord(i + 1, "update")
                || tokens.isWord(i + 1, "share")
                || tokens.isWord(i + 1, "no")
                || tokens.isWord(i + 1, "key");
        if (lock) {
          doubt("locking clause");
        }
        leaveFrom();
        yield true;
      }
      case "from" -> {
        if (!level().special && !tokens.isWord(i - 1, "distinct")) {
          level().inFrom = true;
          level().expectsRelation = true;
        }
        yield true;
      }
      case "join" -> {
        level().expectsRelation = true;
        level().inFrom = true;
        yield true;
      }
      case "table" -> {
        level().expectsRelation = true;
        yield true;
      }
      case "only", "lateral" -> true;
      case "with" -> {
        boolean clause =
            !tokens.isWord(i + 1, "ordinality")
                && !tokens.isWord(i + 1, "time")
                && !tokens.isWord(i + 1, "ties");
        level().inWith |= clause;
        level().expectsRelation = false;
        level().inFrom &= !clause;
        yield true;
      }
      case "select", "values" -> {
        level().inWith = false;
        leaveFrom();
        yield true;
      }
      default -> {
        if (Words.ENDS_FROM.contains(word)) {
          leaveFrom();
          yield true;
        }
        yield false;
      }
    };
  }

  private void leaveFrom() {
    level().inFrom = false;
    level().expectsRelation = false;
  }

  /* A relation or a function in FROM, with its schema and database in front. */
  private int relation(int i) {
    int last = i;
    StringBuilder name = new StringBuilder(tokens.name(i));
    while (tokens.isPunctuation(last + 1, '.') && last + 2 < to && tokens.isName(last + 2)) {
      name.append('.').append(tokens.name(last + 2));
      last += 2;
    }
    level().expectsRelation = false;
    if (tokens.isPunctuation(last + 1, '(')) {
      functions.add(tokens.name(last));
    } else if (tokens.isWord(i, "rows") && tokens.isWord(i + 1, "from")) {
      return i;
    } else {
      relations.add(name.toString());
    }
    return last;
  }

  private void call(int i, String name) {
    level().expectsRelation = false;
    if (i + 1 >= to || !tokens.isPunctuation(i + 1, '(')) {
      return;
    }
    boolean grammar =
        tokens.kind(i) == TokenKind.WORD && !tokens.isPunctuation(i - 1, '.') && isGrammar(i, name);
    // AS name(…) lists columns; in FROM, so does a name right after a relation or a parenthesis.
    boolean alias =
        tokens.isWord(i - 1, "as")
            || (level().inFrom && (tokens.isPunctuation(i - 1, ')') || mayBeRelation(i - 1)));
    if (!grammar && !alias) {
      functions.add(name);
    }
  }

  private boolean mayBeRelation(int i) {
    return tokens.isName(i)
        && (tokens.kind(i) == TokenKind.QUOTED_NAME || !Words.RESERVED.contains(tokens.name(i)));
  }

  /* Is the parenthesis behind this word the grammar's? */
  private boolean isGrammar(int i, String word) {
    return switch (word) {
      case "operator" -> {
        doubt("OPERATOR()");
        yield true;
      }
      case "by" ->
          tokens.isWord(i - 1, "group")
              || tokens.isWord(i - 1, "order")
              || tokens.isWord(i - 1, "partition");
      case "sets" -> tokens.isWord(i - 1, "grouping");
      case "rollup", "cube" -> tokens.isWord(i - 1, "by");
      case "filter", "over" -> tokens.isPunctuation(i - 1, ')');
      case "materialized" -> tokens.isWord(i - 1, "as") || tokens.isWord(i - 1, "not");
      default -> Words.NEVER_CALLED.contains(word) || Words.TYPES_WITH_LENGTH.contains(word);
    };
  }
}

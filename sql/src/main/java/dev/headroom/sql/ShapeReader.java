package dev.headroom.sql;

import java.util.Optional;
import java.util.Set;

/** Reads the shape of one statement: its kind by the first words, then the kind's own details. */
final class ShapeReader {
  private final SqlTokens tokens;
  private final int from;
  private final int to;

  ShapeReader(SqlTokens tokens, int from, int to) {
    this.tokens = tokens;
    this.from = from;
    this.to = to;
  }

  StatementShape read() {
    if (from == to) {
      return plain(StatementKind.EMPTY, "");
    }
    int first = from;
    while (tokens.isPunctuation(first, '(') && first < to) {
      first++;
    }
    if (!is(first, 0, "select", "with", "values", "table") && first > from) {
      return plain(StatementKind.OTHER, "unknown statement");
    }
    if (tokens.kind(first) != TokenKind.WORD) {
      return plain(StatementKind.OTHER, "unknown statement");
    }
    return switch (tokens.name(first)) {
      case "select", "values", "table", "with" -> query(StatementKind.SELECT, from);
      case "insert", "update", "delete", "merge" -> plain(StatementKind.WRITE, "write");
      case "explain" -> explain();
      case "show" -> plain(StatementKind.SHOW, "session state");
      case "copy" -> copy();
      case "begin", "start" -> begin();
      case "commit", "end" ->
          is(from, 1, "prepared")
              ? plain(StatementKind.OTHER, "two-phase commit")
              : plain(StatementKind.COMMIT, "transaction control");
      case "rollback", "abort" -> rollback();
      case "savepoint", "release" -> plain(StatementKind.SAVEPOINT, "transaction control");
      case "set", "reset" -> set();
      case "prepare" ->
          is(from, 1, "transaction")
              ? plain(StatementKind.OTHER, "two-phase commit")
              : named(StatementKind.PREPARE, 1);
      case "execute" -> named(StatementKind.EXECUTE, 1);
      case "deallocate" -> named(StatementKind.DEALLOCATE, is(from, 1, "prepare") ? 2 : 1);
      case "declare" -> subject(StatementKind.DECLARE, "cursor", has("hold") ? "hold" : "");
      case "fetch", "move", "close" -> plain(StatementKind.CURSOR, "cursor");
      case "listen" -> channel(StatementKind.LISTEN);
      case "unlisten" ->
          to == from + 2 && tokens.text(from + 1).equals("*")
              ? plain(StatementKind.UNLISTEN, "session state")
              : channel(StatementKind.UNLISTEN);
      case "notify" -> plain(StatementKind.NOTIFY, "write");
      case "discard" -> plain(StatementKind.DISCARD, "session state");
      case "lock" -> plain(StatementKind.LOCK, "lock");
      case "create",
          "alter",
          "drop",
          "truncate",
          "comment",
          "grant",
          "revoke",
          "reindex",
          "refresh",
          "security",
          "import",
          "reassign",
          "do",
          "call" ->
          subject(
              StatementKind.DDL,
              "catalog change",
              is(from, 1, "temp", "temporary", "local", "global", "or")
                      && (has("temp") || has("temporary"))
                  ? "temp"
                  : "");
      default -> plain(StatementKind.OTHER, "unknown statement");
    };
  }

  private StatementShape query(StatementKind kind, int start) {
    QueryReader query = new QueryReader(tokens, start, to);
    query.read();
    return new StatementShape(
        query.writes() ? StatementKind.WRITE : kind,
        query.doubt(),
        query.functions(),
        query.relations(),
        query.commonTables(),
        query.attributes(),
        Optional.empty(),
        "",
        false);
  }

  private StatementShape explain() {
    int start = from + 1;
    if (tokens.isPunctuation(start, '(')) {
      int depth = 0;
      do {
        depth += tokens.isPunctuation(start, '(') ? 1 : 0;
        depth -= tokens.isPunctuation(start, ')') ? 1 : 0;
        start++;
      } while (depth > 0 && start < to);
    } else {
      while (is(start, 0, "analyze", "analyse", "verbose") && start < to) {
        start++;
      }
    }
    if (start >= to || !is(start, 0, "select", "with", "values", "table")) {
      return plain(StatementKind.EXPLAIN, "explains no query");
    }
    StatementShape shape = query(StatementKind.EXPLAIN, start);
    return shape.kind() == StatementKind.WRITE
        ? plain(StatementKind.EXPLAIN, "explains a write")
        : shape;
  }

  private StatementShape copy() {
    int depth = 0;
    for (int i = from + 1; i < to; i++) {
      depth += tokens.isPunctuation(i, '(') ? 1 : 0;
      depth -= tokens.isPunctuation(i, ')') ? 1 : 0;
      if (depth == 0 && tokens.isWord(i, "from")) {
        return plain(StatementKind.COPY_FROM, "write");
      }
      if (depth == 0 && tokens.isWord(i, "to")) {
        return copyTo(i);
      }
    }
    return plain(StatementKind.OTHER, "unknown statement");
  }

  /* Only COPY (query) TO STDOUT may read on a replica: files and programs belong to a server. */
  private StatementShape copyTo(int keyword) {
    boolean query =
        tokens.isPunctuation(from + 1, '(')
            && tokens.isPunctuation(keyword - 1, ')')
            && tokens.isWord(keyword + 1, "stdout");
    if (!query) {
      return plain(StatementKind.COPY_TO, "COPY of a table or to a file");
    }
    QueryReader reader = new QueryReader(tokens, from + 1, keyword);
    reader.read();
    return new StatementShape(
        reader.writes() ? StatementKind.WRITE : StatementKind.COPY_TO,
        reader.doubt(),
        reader.functions(),
        reader.relations(),
        reader.commonTables(),
        reader.attributes(),
        Optional.empty(),
        "",
        false);
  }

  private StatementShape begin() {
    if (tokens.isWord(from, "start") && !is(from, 1, "transaction")) {
      return plain(StatementKind.OTHER, "unknown statement");
    }
    boolean readOnly = false;
    boolean other = false;
    for (int i = from + 1; i < to; i++) {
      readOnly |= tokens.isWord(i, "read") && tokens.isWord(i + 1, "only");
      other |=
          tokens.isWord(i, "serializable")
              || tokens.isWord(i, "repeatable")
              || tokens.isWord(i, "deferrable")
              || tokens.isWord(i, "write");
    }
    return new StatementShape(
        StatementKind.BEGIN,
        "transaction",
        Set.of(),
        Set.of(),
        Set.of(),
        Set.of(),
        Optional.empty(),
        "",
        readOnly && !other);
  }

  private StatementShape rollback() {
    for (int i = from + 1; i < to; i++) {
      if (tokens.isWord(i, "prepared")) {
        return plain(StatementKind.OTHER, "two-phase commit");
      }
      if (tokens.isWord(i, "to")) {
        return plain(StatementKind.ROLLBACK_TO, "transaction control");
      }
    }
    return plain(StatementKind.ROLLBACK, "transaction control");
  }

  private StatementShape set() {
    boolean reset = tokens.isWord(from, "reset");
    int i = from + 1;
    SettingChange.Scope scope = SettingChange.Scope.SESSION;
    if (!reset && is(i, 0, "session", "local") && !is(i, 1, "characteristics")) {
      scope = tokens.isWord(i, "local") ? SettingChange.Scope.LOCAL : SettingChange.Scope.SESSION;
      i++;
    }
    if (is(i, 0, "transaction", "constraints")) {
      return plain(StatementKind.SET_TRANSACTION, "transaction control");
    }
    if (i >= to || !tokens.isName(i)) {
      return plain(StatementKind.OTHER, "unknown statement");
    }
    String name = tokens.name(i++);
    while (tokens.isPunctuation(i, '.') && i + 1 < to && tokens.isName(i + 1)) {
      name += "." + tokens.name(i + 1);
      i += 2;
    }
    if (name.equals("time") && is(i, 0, "zone")) {
      name = "timezone";
      i++;
    } else if (name.equals("role")) {
      i += !reset && (is(i, 0, "to") || (i < to && tokens.text(i).equals("="))) ? 1 : 0;
    } else if (name.equals("names")) {
      name = "client_encoding";
    } else if (!reset && (is(i, 0, "to") || (i < to && tokens.text(i).equals("=")))) {
      i++;
    } else if (!reset) {
      // SET SESSION AUTHORIZATION x, SET XML OPTION x, SET SESSION CHARACTERISTICS.
      return setting(new SettingChange(scope, name + " (statement form)", value(i)));
    }
    return setting(new SettingChange(scope, name, reset ? Optional.empty() : value(i)));
  }

  private Optional<String> value(int i) {
    boolean none = i >= to || (i + 1 == to && is(i, 0, "default"));
    return none
        ? Optional.empty()
        : Optional.of(tokens.sql().substring(tokens.start(i), tokens.end(to - 1)));
  }

  private StatementShape setting(SettingChange change) {
    return new StatementShape(
        StatementKind.SET,
        "session state",
        Set.of(),
        Set.of(),
        Set.of(),
        Set.of(),
        Optional.of(change),
        "",
        false);
  }

  private StatementShape named(StatementKind kind, int offset) {
    int i = from + offset;
    return subject(kind, "prepared statement", i < to && tokens.isName(i) ? tokens.name(i) : "");
  }

  private StatementShape channel(StatementKind kind) {
    int i = from + 1;
    boolean named = to == from + 2 && tokens.isName(i) && !tokens.text(i).startsWith("U&");
    return named
        ? subject(kind, "session state", tokens.name(i))
        : plain(StatementKind.OTHER, "unknown statement");
  }

  private boolean has(String word) {
    for (int i = from; i < to; i++) {
      if (tokens.isWord(i, word)) {
        return true;
      }
    }
    return false;
  }

  private static StatementShape plain(StatementKind kind, String doubt) {
    return subject(kind, doubt, "");
  }

  private static StatementShape subject(StatementKind kind, String doubt, String subject) {
    return new StatementShape(
        kind, doubt, Set.of(), Set.of(), Set.of(), Set.of(), Optional.empty(), subject, false);
  }

  private boolean is(int i, int offset, String... words) {
    for (String word : words) {
      if (i + offset < to && tokens.isWord(i + offset, word)) {
        return true;
      }
    }
    return false;
  }
}

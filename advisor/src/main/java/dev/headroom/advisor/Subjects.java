package dev.headroom.advisor;

import dev.headroom.advisor.statement.Examples;
import dev.headroom.advisor.statement.Repair;
import dev.headroom.advisor.statement.Subject;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Turns what the database counted and what was seen into statements that can be tried. */
final class Subjects {
  private static final Set<String> PLANNABLE =
      Set.of("select", "with", "update", "delete", "insert");

  private Subjects() {}

  static List<Subject> of(StatementStatistics statistics, int limit, Examples examples) {
    double hours = Math.max(1e-3, statistics.observed().toMillis() / 3_600_000.0);
    List<Subject> subjects = new ArrayList<>();
    for (SlowStatement slow : statistics.statements()) {
      if (subjects.size() >= limit) {
        break;
      }
      if (!isPlannable(slow.text())) {
        continue;
      }
      Optional<Examples.Example> example = examples.of(slow.queryId(), slow.text());
      subjects.add(
          new Subject(
              slow.queryId(),
              slow.text(),
              example.map(each -> trimmed(each.sql())).orElseGet(() -> Repair.of(slow.text())),
              example.map(Examples.Example::types).orElse(List.of()),
              example.map(Examples.Example::values).orElse(List.of()),
              example.isPresent(),
              slow.calls(),
              slow.millisPerCall(),
              slow.calls() / hours));
    }
    return subjects;
  }

  /* Plain inserts and single-row upserts have nothing to plan. */
  private static boolean isPlannable(String text) {
    SqlTokens tokens = SqlTokens.of(text);
    if (!tokens.isName(0) || !PLANNABLE.contains(tokens.name(0))) {
      return false;
    }
    boolean values = false;
    boolean select = false;
    boolean from = false;
    for (int i = 0; i < tokens.size(); i++) {
      values |= tokens.isWord(i, "values");
      select |= tokens.isWord(i, "select");
      from |= tokens.isWord(i, "from") || tokens.isWord(i, "update");
    }
    return tokens.isWord(0, "insert") ? select && !values : from;
  }

  private static String trimmed(String sql) {
    SqlTokens tokens = SqlTokens.of(sql);
    int end = tokens.size();
    while (end > 0 && tokens.isPunctuation(end - 1, ';')) {
      end--;
    }
    return end == 0 ? "" : sql.substring(tokens.start(0), tokens.end(end - 1));
  }

  /** Every name that could be a relation's: the catalog knows which are. */
  static Set<String> names(List<Subject> subjects) {
    Set<String> names = new TreeSet<>();
    for (Subject subject : subjects) {
      SqlTokens tokens = SqlTokens.of(subject.sql());
      for (int i = 0; i < tokens.size(); i++) {
        boolean starts = tokens.isName(i) && !tokens.isPunctuation(i - 1, '.');
        if (!starts) {
          continue;
        }
        String name = quoted(tokens, i);
        names.add(name);
        if (tokens.isPunctuation(i + 1, '.') && tokens.isName(i + 2)) {
          names.add(name + "." + quoted(tokens, i + 2));
        }
      }
    }
    return names;
  }

  private static String quoted(SqlTokens tokens, int i) {
    return tokens.kind(i) == TokenKind.QUOTED_NAME
        ? tokens.text(i)
        : '"' + tokens.name(i).replace("\"", "\"\"") + '"';
  }
}

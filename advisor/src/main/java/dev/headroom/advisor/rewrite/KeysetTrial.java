package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.rewrite.RewriteRule.Rewritten;
import dev.headroom.advisor.scratch.Trial;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.advisor.statement.Subject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares a page by OFFSET with the page by key that begins behind the row before it. */
final class KeysetTrial {
  private final Trial trial;

  KeysetTrial(Trial trial) {
    this.trial = trial;
  }

  Optional<ProvenRewrite> prove(Subject subject, Select select, Rewritten rewritten, String rule)
      throws SQLException {
    List<Measurement> before = new ArrayList<>();
    List<Measurement> after = new ArrayList<>();
    for (List<Optional<String>> values : subject.values()) {
      String page = trial.substituted(subject, values);
      Select paged = Select.parse(page).orElseThrow();
      List<String> keys = new ArrayList<>();
      for (String key : Snippets.atCommas(paged.orderBy())) {
        keys.add(key.trim().split("\\s+")[0]);
      }
      Optional<List<Optional<String>>> last = rowBefore(paged, keys);
      if (last.isEmpty()) {
        continue;
      }
      Optional<Rewritten> byKey = new OffsetRule().apply(paged, new Columns(trial));
      if (byKey.isEmpty()) {
        return Optional.empty();
      }
      String keyset = behind(byKey.get().sql(), keys, last.get());
      Subject a = plain(subject, page);
      Subject b = plain(subject, keyset);
      if (!trial.sameRows(a, b)) {
        return Optional.empty();
      }
      before.add(trial.measure(a));
      after.add(trial.measure(b));
    }
    if (before.isEmpty()) {
      return Optional.empty();
    }
    Measurement was = mean(before);
    Measurement is = mean(after);
    if (!RewriteSearch.isBetter(was, is)) {
      return Optional.empty();
    }
    List<String> notes = new ArrayList<>(rewritten.conditions());
    notes.add("Same page both ways (EXCEPT ALL) for %d pages.".formatted(before.size()));
    return Optional.of(
        new ProvenRewrite(subject, rule, rewritten.sql(), rewritten.why(), was, is, notes));
  }

  /* :last_id is no SQL: the row's value takes its place. */
  private static String behind(String sql, List<String> keys, List<Optional<String>> last) {
    String text = sql;
    for (int i = 0; i < keys.size(); i++) {
      text =
          text.replaceAll(
              ":last_" + Pattern.quote(OffsetRule.bare(keys.get(i))) + "(?!\\w)",
              Matcher.quoteReplacement(Trial.literal(last.get(i))));
    }
    return text;
  }

  private static Subject plain(Subject subject, String sql) {
    return new Subject(
        subject.id(),
        subject.normalised(),
        sql,
        List.of(),
        List.of(List.of()),
        subject.seen(),
        subject.calls(),
        subject.millisPerCall(),
        subject.callsPerHour());
  }

  private Optional<List<Optional<String>>> rowBefore(Select paged, List<String> keys)
      throws SQLException {
    String offset = trial.value("SELECT (" + paged.offset() + ")::bigint").orElse("0");
    if (offset.equals("0") || offset.startsWith("-")) {
      return Optional.empty();
    }
    // Under another name: ORDER BY takes a column of the output first, and would sort the texts.
    List<String> items = keys.stream().map(key -> key + "::text AS hr_key").toList();
    Select before = paged.withoutOffset().withItems(items);
    String sql = before.toSql().replaceFirst("(?i) LIMIT .*$", "");
    List<List<Optional<String>>> rows = trial.rows(sql + " LIMIT 1 OFFSET (" + offset + " - 1)");
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
  }

  private static Measurement mean(List<Measurement> all) {
    return new Measurement(
        all.stream().mapToDouble(Measurement::millis).average().orElse(0),
        all.stream().mapToDouble(Measurement::buffers).average().orElse(0),
        all.getLast().plan());
  }
}

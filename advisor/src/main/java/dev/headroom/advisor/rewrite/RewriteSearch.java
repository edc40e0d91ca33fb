package dev.headroom.advisor.rewrite;

import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.rewrite.RewriteRule.Rewritten;
import dev.headroom.advisor.scratch.Trial;
import dev.headroom.advisor.statement.FromClause;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Subject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tries every rule on every statement.
 *
 * <p>A rewrite is kept when its columns have the same names and types, when it gives the same rows
 * as often for every set of values, on the copied data and on small tables made to differ (nulls
 * wherever the catalog allows them, duplicates, no rows at all), and when it reads clearly less or
 * takes clearly less time, measured in turn with the original.
 */
public final class RewriteSearch {
  private static final List<RewriteRule> RULES =
      List.of(
          new NotInRule(),
          new OrRule(),
          new FunctionRule(),
          new CountRule(),
          new OffsetRule(),
          new DistinctRule(),
          new CorrelatedRule(),
          new CastRule());
  private static final double CLEARLY_LESS = 0.8;

  private final Trial trial;
  private final Consumer<String> progress;

  public RewriteSearch(Trial trial, Consumer<String> progress) {
    this.trial = trial;
    this.progress = progress;
  }

  /** The best rewrite of a statement; empty when no rule fits or none is faster. */
  public Optional<ProvenRewrite> find(Subject subject) {
    Optional<Deletion> deletion = Deletion.of(subject.sql());
    Subject read = deletion.map(d -> subject.rewritten(d.select())).orElse(subject);
    Optional<Select> select = Select.parse(read.sql());
    if (select.isEmpty()) {
      return Optional.empty();
    }
    for (RewriteRule rule : RULES) {
      try {
        Optional<Rewritten> rewritten = rule.apply(select.get(), new Columns(trial));
        if (rewritten.isEmpty()) {
          continue;
        }
        progress.accept(rule.name() + ": " + subject.normalised());
        Optional<ProvenRewrite> proven =
            rule instanceof OffsetRule
                ? new KeysetTrial(trial).prove(read, select.get(), rewritten.get(), rule.name())
                : prove(read, select.get(), rewritten.get(), rule.name());
        if (proven.isPresent()) {
          return deletion.isPresent()
              ? proven.map(each -> deletion.get().asDeletion(subject, each))
              : proven;
        }
      } catch (SQLException e) {
        // The rewritten text does not run, or too long: no proposal.
        progress.accept("left out: " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  private Optional<ProvenRewrite> prove(
      Subject subject, Select select, Rewritten rewritten, String rule) throws SQLException {
    Subject next = subject.rewritten(rewritten.sql());
    Subject original = subject.rewritten(rewritten.original());
    Subject comparable = subject.rewritten(rewritten.comparable());
    if (CountRule.comparesHiddenConstant(select) && !subject.seen()) {
      original = subject.rewritten(rewritten.original().replaceFirst("> \\$\\d+", "> 0"));
    }
    if (!trial.columns(subject).equals(trial.columns(next))
        || !trial.sameRows(original, comparable)) {
      return Optional.empty();
    }
    boolean edges = new EdgeCases(trial).same(select, original, comparable);
    if (!edges) {
      return Optional.empty();
    }
    trial.measure(subject);
    trial.measure(next);
    Measurement before = trial.measure(subject);
    Measurement after = trial.measure(next);
    if (!isBetter(before, after)) {
      return Optional.empty();
    }
    List<String> notes = new ArrayList<>(rewritten.conditions());
    notes.add(
        "Same rows both ways (EXCEPT ALL) for %d sets of values on the copy, and on small tables with nulls, duplicates and no rows."
            .formatted(subject.values().size()));
    return Optional.of(
        new ProvenRewrite(subject, rule, rewritten.sql(), rewritten.why(), before, after, notes));
  }

  static boolean isBetter(Measurement before, Measurement after) {
    boolean lessTime = after.millis() <= CLEARLY_LESS * before.millis();
    boolean fewerPages = after.buffers() <= CLEARLY_LESS * before.buffers();
    return (lessTime && after.buffers() <= 1.2 * before.buffers())
        || (fewerPages && after.millis() <= before.millis());
  }

  /** A DELETE read as the SELECT of the rows that it removes. */
  private record Deletion(String relation, String select) {

    static Optional<Deletion> of(String sql) {
      String trimmed = sql.trim();
      if (!trimmed.toLowerCase(java.util.Locale.ROOT).startsWith("delete from ")) {
        return Optional.empty();
      }
      Optional<Select> select = Select.parse("SELECT * " + trimmed.substring("delete ".length()));
      return select.flatMap(
          each ->
              FromClause.parse(each.from())
                  .filter(from -> from.items().size() == 1)
                  .map(from -> new Deletion(each.from(), each.toSql())));
    }

    ProvenRewrite asDeletion(Subject subject, ProvenRewrite read) {
      String sql = "DELETE FROM " + read.sql().substring("SELECT * FROM ".length());
      List<String> notes = new ArrayList<>(read.notes());
      notes.add("Measured and compared as the SELECT of the rows that it deletes.");
      return new ProvenRewrite(
          subject, read.rule(), sql, read.why(), read.before(), read.after(), notes);
    }
  }
}

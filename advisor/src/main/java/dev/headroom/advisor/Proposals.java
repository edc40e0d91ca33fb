package dev.headroom.advisor;

import dev.headroom.advisor.index.Candidate;
import dev.headroom.advisor.index.ProvenIndex;
import dev.headroom.advisor.rewrite.ProvenRewrite;
import dev.headroom.advisor.statement.Subject;
import dev.headroom.advisor.view.ProvenView;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Advice from what was proven on the scratch copy. */
final class Proposals {
  private Proposals() {}

  static Advice index(ProvenIndex proven) {
    Candidate index = proven.index();
    ProvenIndex.Proof best = proven.best();
    List<String> statements = new ArrayList<>();
    if (index.method().equals("gin")) {
      statements.add("CREATE EXTENSION IF NOT EXISTS pg_trgm");
    }
    statements.add(index.create(true));
    List<String> notes = new ArrayList<>();
    notes.add(
        "Built on a scratch copy, where it takes %s; %d of the statements looked at use it, and none became slower."
            .formatted(new ByteSize(proven.bytes()), proven.proofs().size()));
    notes.add(values(best.subject()));
    String target = index.table() + " (" + String.join(", ", index.keys()) + ")";
    return Advice.propose(
        AdviceKind.MISSING_INDEX,
        index.table() + index.keys() + index.predicate(),
        "An index on "
            + target
            + (index.predicate().isEmpty() ? "" : " where " + index.predicate()),
        String.format(
            Locale.ROOT,
            "Without it the statement below touches %,.0f pages in %.2f ms, with it %,.0f pages in"
                + " %.2f ms.",
            best.before().buffers(),
            best.before().millis(),
            best.after().buffers(),
            best.after().millis()),
        proven.secondsPerHour(),
        evidence(best.subject(), best.before(), best.after(), notes),
        new AdviceAction.Sql(
            statements, List.of("DROP INDEX CONCURRENTLY IF EXISTS " + index.qualifiedName())));
  }

  static Advice rewrite(ProvenRewrite proven) {
    return Advice.propose(
        AdviceKind.REWRITE,
        proven.rule() + "\n" + proven.subject().normalised(),
        proven.rule(),
        proven.why(),
        proven.secondsPerHour(),
        evidence(proven.subject(), proven.before(), proven.after(), proven.notes()),
        new AdviceAction.Code(proven.subject().sql(), proven.sql()));
  }

  static Advice view(ProvenView proven) {
    List<String> notes = new ArrayList<>();
    notes.add(
        String.format(
            Locale.ROOT,
            "A refresh takes %.0f ms; every %s it costs %.1f s per hour, which is taken off what it"
                + " saves.",
            proven.refreshMillis(),
            Durations.format(proven.interval()),
            proven.refreshSecondsPerHour()));
    notes.add(
        "Between refreshes readers see the state of the last one, up to %s old."
            .formatted(Durations.format(proven.interval())));
    notes.add("PostgreSQL does not use it by itself; read it with: " + proven.read());
    notes.add("Keep it fresh with: " + proven.refresh());
    notes.add("Same rows both ways (EXCEPT ALL) for all values tried, in one transaction.");
    return Advice.propose(
        AdviceKind.MATERIALISED_VIEW,
        proven.name() + "\n" + proven.subject().normalised(),
        "A materialised view " + proven.name(),
        "The statement computes the same groups again at each call.",
        proven.secondsPerHour(),
        evidence(proven.subject(), proven.before(), proven.after(), notes),
        new AdviceAction.Sql(
            proven.create().stream()
                .map(
                    each ->
                        each.replaceFirst(
                                "^CREATE MATERIALIZED VIEW ",
                                "CREATE MATERIALIZED VIEW IF NOT EXISTS ")
                            .replaceFirst(
                                "^CREATE UNIQUE INDEX ", "CREATE UNIQUE INDEX IF NOT EXISTS ")
                            .replaceFirst("^CREATE INDEX ", "CREATE INDEX IF NOT EXISTS "))
                .toList(),
            List.of("DROP MATERIALIZED VIEW IF EXISTS " + proven.name())));
  }

  private static Evidence evidence(
      Subject subject, Measurement before, Measurement after, List<String> notes) {
    return new Evidence(
        subject.normalised(),
        subject.calls(),
        subject.millisPerCall(),
        Optional.of(before),
        Optional.of(after),
        notes);
  }

  private static String values(Subject subject) {
    int sets = subject.values().size();
    return subject.seen() && !subject.values().getFirst().isEmpty()
        ? "Tried with %d sets of values that the application sent.".formatted(sets)
        : "Tried with %d sets of values taken from rows.".formatted(sets);
  }
}

package dev.headroom.advisor.index;

import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.index.ProvenIndex.Proof;
import dev.headroom.advisor.plan.Plan;
import dev.headroom.advisor.scratch.Trial;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Subject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Finds the indexes that a set of statements lacks.
 *
 * <p>After the "drop" heuristic (Whang 1987; Kossmann et al., PVLDB 13(11), 2020): all candidates
 * are built on the scratch copy at once, so that the planner itself chooses among them, and taken
 * away one by one, the widest first, as long as no statement's cost grows. A hidden index is one
 * that the catalog calls invalid: the planner passes it by, and it need not be built again. What is
 * left is measured by running the statements; an index that makes none of them read clearly less,
 * or one of them slower, is taken away as well.
 */
public final class IndexSearch {
  private static final int MAX_CANDIDATES = 160;
  private static final double MAY_GROW = 1.05;
  private static final double CLEARLY_LESS = 0.8;
  private static final double SLOWER = 1.2;
  private static final double NOISE_MILLIS = 0.1;
  private static final double LEAST_PAGES = 4;

  private final Trial trial;
  private final Consumer<String> progress;

  public IndexSearch(Trial trial, Consumer<String> progress) {
    this.trial = trial;
    this.progress = progress;
  }

  /**
   * The indexes to propose. They stay on the scratch copy, so that what is tried next has them.
   *
   * @param subjects with values
   */
  public List<ProvenIndex> find(List<Subject> subjects) throws SQLException {
    List<Subject> runnable = new ArrayList<>();
    Set<Candidate> candidates = new LinkedHashSet<>();
    for (Subject subject : subjects) {
      progress.accept("measuring " + subject.normalised());
      try {
        for (List<Optional<String>> values : subject.values()) {
          List<Access> accesses = Access.of(trial.explain(subject, values));
          Select.parse(subject.sql())
              .ifPresent(select -> Access.ordered(accesses, select.orderBy()));
          for (Access access : accesses) {
            candidates.addAll(Candidates.of(access));
          }
        }
        trial.measure(subject);
        runnable.add(subject);
      } catch (SQLException e) {
        // Too slow to be run here, or not runnable with these values: no claim is made about it.
        progress.accept("left out: " + e.getMessage());
      }
    }
    List<Candidate> built = build(candidates);
    trial.execute("ANALYZE");
    List<Candidate> kept = dropped(built, runnable);
    return proven(kept, runnable);
  }

  private List<Candidate> build(Set<Candidate> candidates) throws SQLException {
    Map<String, Set<List<String>>> existing = existing();
    List<Candidate> built = new ArrayList<>();
    if (candidates.stream().anyMatch(each -> each.method().equals("gin"))) {
      attempt("CREATE EXTENSION IF NOT EXISTS pg_trgm");
    }
    for (Candidate candidate : candidates) {
      boolean redundant =
          candidate.predicate().isEmpty()
              && existing.getOrDefault(candidate.table(), Set.of()).stream()
                  .anyMatch(keys -> startsWith(keys, candidate.keys()));
      if (redundant || built.size() >= MAX_CANDIDATES) {
        continue;
      }
      progress.accept("building " + candidate.name());
      if (attempt(candidate.create(false))) {
        built.add(candidate);
      }
    }
    return built;
  }

  private static boolean startsWith(List<String> keys, List<String> head) {
    return keys.size() >= head.size() && keys.subList(0, head.size()).equals(head);
  }

  /** Columns of the valid, complete B-trees that there are. */
  private Map<String, Set<List<String>>> existing() throws SQLException {
    Map<String, Set<List<String>>> existing = new LinkedHashMap<>();
    for (List<Optional<String>> row :
        trial.rows(
            """
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname),
                   (SELECT string_agg(pg_get_indexdef(i.indexrelid, k, false), chr(1) ORDER BY k)
                    FROM generate_series(1, i.indnkeyatts) k)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am a ON a.oid = x.relam
            WHERE i.indpred IS NULL AND a.amname = 'btree' AND n.nspname NOT LIKE 'pg\\_%'
            """)) {
      existing
          .computeIfAbsent(row.get(0).orElse(""), _ -> new LinkedHashSet<>())
          .add(List.of(row.get(1).orElse("").split("\u0001")));
    }
    return existing;
  }

  /** How many values each column has, by {@code schema.table.column}. */
  private Map<String, Double> distinct() throws SQLException {
    Map<String, Double> distinct = new LinkedHashMap<>();
    for (List<Optional<String>> row :
        trial.rows(
            """
            SELECT quote_ident(s.schemaname) || '.' || quote_ident(s.tablename) || '.' || quote_ident(s.attname),
                   CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * c.reltuples ELSE s.n_distinct END
            FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
            WHERE s.schemaname NOT LIKE 'pg\\_%'
            """)) {
      distinct.put(row.get(0).orElse(""), Double.parseDouble(row.get(1).orElse("0")));
    }
    return distinct;
  }

  private boolean attempt(String sql) {
    try {
      trial.execute(sql);
      return true;
    } catch (SQLException e) {
      // For example an expression that is not immutable: no index can be made of it.
      return false;
    }
  }

  private List<Candidate> dropped(List<Candidate> built, List<Subject> subjects)
      throws SQLException {
    Map<Subject, Set<String>> uses = new LinkedHashMap<>();
    Map<Subject, Double> costs = new LinkedHashMap<>();
    for (Subject subject : subjects) {
      look(subject, uses, costs);
    }
    List<Candidate> kept = new ArrayList<>(built);
    List<Candidate> order = new ArrayList<>(built);
    Map<String, Double> distinct = distinct();
    // Those that begin with a column of few values go first: they serve fewer other statements.
    order.sort(
        Comparator.<Candidate>comparingInt(each -> -each.keys().size())
            .thenComparingInt(each -> each.predicate().isEmpty() ? 1 : 0)
            .thenComparingDouble(
                each -> distinct.getOrDefault(each.table() + "." + each.keys().getFirst(), 0.0))
            .thenComparing(Candidate::name));
    for (Candidate candidate : order) {
      progress.accept("weighing " + candidate.name());
      List<Subject> users = new ArrayList<>();
      for (Subject each : subjects) {
        if (uses.getOrDefault(each, Set.of()).contains(candidate.name())) {
          users.add(each);
        }
      }
      hide(candidate, true);
      Map<Subject, Set<String>> nextUses = new LinkedHashMap<>(uses);
      Map<Subject, Double> nextCosts = new LinkedHashMap<>(costs);
      boolean harmless = true;
      for (Subject user : users) {
        look(user, nextUses, nextCosts);
        harmless &= nextCosts.getOrDefault(user, 0.0) <= MAY_GROW * costs.getOrDefault(user, 0.0);
      }
      if (harmless) {
        uses = nextUses;
        costs = nextCosts;
        kept.remove(candidate);
      } else {
        hide(candidate, false);
      }
    }
    for (Candidate candidate : built) {
      if (!kept.contains(candidate)) {
        trial.execute("DROP INDEX " + candidate.qualifiedName());
      }
    }
    return kept;
  }

  private void look(Subject subject, Map<Subject, Set<String>> uses, Map<Subject, Double> costs)
      throws SQLException {
    Set<String> indexes = new TreeSet<>();
    double cost = 0;
    for (List<Optional<String>> values : subject.values()) {
      Plan plan = trial.explain(subject, values);
      indexes.addAll(plan.indexes());
      cost += plan.cost();
    }
    uses.put(subject, indexes);
    costs.put(subject, cost);
  }

  private void hide(Candidate candidate, boolean hidden) throws SQLException {
    trial.execute(
        "UPDATE pg_index SET indisvalid = %s WHERE indexrelid = '%s'::regclass"
            .formatted(!hidden, candidate.qualifiedName().replace("'", "''")));
  }

  /* Each index by itself: the statements that use it are measured without it and with it, all others
   * in place. Of two that can stand for each other the first one tried goes. */
  private List<ProvenIndex> proven(List<Candidate> candidates, List<Subject> subjects)
      throws SQLException {
    List<ProvenIndex> proven = new ArrayList<>();
    for (Candidate candidate : candidates) {
      progress.accept("confirming " + candidate.name());
      Optional<ProvenIndex> alone = prove(candidate, subjects);
      if (alone.isPresent()) {
        proven.add(alone.get());
      } else {
        trial.execute("DROP INDEX " + candidate.qualifiedName());
      }
    }
    return proven;
  }

  private Optional<ProvenIndex> prove(Candidate candidate, List<Subject> subjects)
      throws SQLException {
    List<Subject> users = new ArrayList<>();
    for (Subject subject : subjects) {
      for (List<Optional<String>> values : subject.values()) {
        if (trial.explain(subject, values).indexes().contains(candidate.name())) {
          users.add(subject);
          break;
        }
      }
    }
    List<Measurement> without = new ArrayList<>();
    hide(candidate, true);
    for (Subject user : users) {
      without.add(trial.measure(user));
    }
    hide(candidate, false);
    List<Proof> proofs = new ArrayList<>();
    for (int i = 0; i < users.size(); i++) {
      proofs.add(new Proof(users.get(i), without.get(i), trial.measure(users.get(i))));
    }
    boolean worth =
        proofs.stream().noneMatch(IndexSearch::isSlower)
            && proofs.stream().anyMatch(IndexSearch::isClearlyLess);
    if (!worth) {
      return Optional.empty();
    }
    String size =
        trial
            .value(
                "SELECT pg_relation_size('%s')"
                    .formatted(candidate.qualifiedName().replace("'", "''")))
            .orElse("0");
    return Optional.of(new ProvenIndex(candidate, proofs, Long.parseLong(size)));
  }

  private static boolean isSlower(Proof proof) {
    return proof.after().millis() > SLOWER * proof.before().millis() + NOISE_MILLIS;
  }

  private static boolean isClearlyLess(Proof proof) {
    double pages = proof.before().buffers() - proof.after().buffers();
    double millis = proof.before().millis() - proof.after().millis();
    boolean fewerPages =
        proof.after().buffers() <= CLEARLY_LESS * proof.before().buffers() && pages >= LEAST_PAGES;
    boolean lessTime =
        proof.after().millis() <= CLEARLY_LESS * proof.before().millis() && millis >= NOISE_MILLIS;
    return (fewerPages && millis >= 0) || (lessTime && pages >= 0);
  }
}

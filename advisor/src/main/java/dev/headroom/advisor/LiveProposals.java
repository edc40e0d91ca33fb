package dev.headroom.advisor;

import dev.headroom.advisor.live.Activity;
import dev.headroom.advisor.live.IndexUse;
import dev.headroom.advisor.live.Observed;
import dev.headroom.advisor.statement.Select;
import dev.headroom.advisor.statement.Snippets;
import dev.headroom.base.ByteSize;
import dev.headroom.base.Durations;
import dev.headroom.sql.SqlTokens;
import dev.headroom.sql.TokenKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Advice from what was seen: no scratch copy can show it. */
final class LiveProposals {
  private static final long LEAST_REQUESTS = 20;
  private static final double LEAST_REPEATED = 0.25;
  // Below it a cache is mostly work for nothing.
  private static final double LEAST_KEPT = 0.4;
  private static final double MOST_CHANGED = 0.25;
  private static final double SPREAD = 2;
  private static final int LEAST_POOL = 4;

  private LiveProposals() {}

  static List<Advice> indexes(IndexUse use, Duration unusedAfter) {
    List<Advice> all = new ArrayList<>();
    for (IndexUse.Duplicate each : use.duplicates()) {
      all.add(
          Advice.propose(
              AdviceKind.DUPLICATE_INDEX,
              each.name() + "\n" + each.keptName(),
              "%s is covered by %s".formatted(each.name(), each.keptName()),
              "Whatever it can look up, the other one can as well; each write keeps both.",
              0,
              Evidence.of(
                  List.of(
                      each.definition(),
                      each.keptDefinition(),
                      "It takes " + new ByteSize(each.bytes()) + ".")),
              new AdviceAction.Sql(
                  List.of("DROP INDEX CONCURRENTLY IF EXISTS " + each.name()),
                  List.of(each.definition()))));
    }
    if (use.counted().compareTo(unusedAfter) < 0) {
      return all;
    }
    for (IndexUse.Unused each : use.unused()) {
      all.add(
          Advice.propose(
              AdviceKind.UNUSED_INDEX,
              each.name(),
              each.name() + " is never used",
              "No server has scanned it; each write to %s keeps it up to date."
                  .formatted(each.table()),
              0,
              Evidence.of(
                  List.of(
                      each.definition(),
                      "Counted for %s, %,d rows written in that time."
                          .formatted(Durations.format(use.counted()), each.writes()),
                      "It takes " + new ByteSize(each.bytes()) + ".",
                      "A job that runs less often than that, or a server that was not named, may"
                          + " still need it.")),
              new AdviceAction.Sql(
                  List.of("DROP INDEX CONCURRENTLY IF EXISTS " + each.name()),
                  List.of(each.definition()))));
    }
    return all;
  }

  static List<Advice> blocking(Activity activity, StatementStatistics statistics) {
    List<Advice> all = new ArrayList<>();
    for (Activity.Blocker each : activity.blockers()) {
      List<String> notes = new ArrayList<>();
      each.blocked().stream().distinct().limit(5).forEach(query -> notes.add("Waits: " + query));
      boolean idle = each.state().startsWith("idle in transaction");
      all.add(
          Advice.propose(
              AdviceKind.BLOCKING,
              withoutValues(each.query()),
              "%d sessions wait for one".formatted(each.blocked().size()),
              "pid %d held them back, its transaction open for %s, %s."
                  .formatted(
                      each.pid(),
                      Durations.format(each.inTransaction()),
                      idle ? "waiting for its client" : "running"),
              0,
              new Evidence(each.query(), 1, 0, Optional.empty(), Optional.empty(), notes),
              new AdviceAction.Code(
                  each.query(),
                  idle
                      ? "Commit before waiting for anything else; set"
                          + " idle_in_transaction_session_timeout as a safety net."
                      : "Make the transaction shorter, or take a weaker lock later in it.")));
    }
    for (SlowStatement slow : statistics.statements()) {
      SqlTokens tokens = SqlTokens.of(slow.text());
      boolean blocksWriters =
          tokens.isWord(0, "lock")
              && (Snippets.hasWord(slow.text(), "share")
                  || Snippets.hasWord(slow.text(), "exclusive"))
              && !(Snippets.hasWord(slow.text(), "row") && !Snippets.hasWord(slow.text(), "share"));
      if (blocksWriters) {
        all.add(
            Advice.propose(
                AdviceKind.BLOCKING,
                slow.text(),
                slow.text() + " holds up every writer",
                "Until its transaction ends nobody can write to the table, and new ones queue up"
                    + " behind.",
                0,
                new Evidence(
                    slow.text(),
                    slow.calls(),
                    slow.millisPerCall(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(
                        "One statement always sees one snapshot; for several, BEGIN ISOLATION LEVEL"
                            + " REPEATABLE READ READ ONLY gives them one without a lock.")),
                new AdviceAction.Code(slow.text(), "BEGIN ISOLATION LEVEL REPEATABLE READ")));
      }
    }
    return all;
  }

  private static String withoutValues(String query) {
    SqlTokens tokens = SqlTokens.of(query);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tokens.size(); i++) {
      boolean value = tokens.kind(i) == TokenKind.NUMBER || tokens.kind(i) == TokenKind.STRING;
      text.append(value ? "?" : tokens.text(i)).append(' ');
    }
    return text.toString();
  }

  static List<Advice> repeated(List<Observed.NPlusOne> found, Duration observed) {
    List<Advice> all = new ArrayList<>();
    for (Observed.NPlusOne each : found) {
      List<String> notes = new ArrayList<>();
      notes.add(
          String.format(
              Locale.ROOT,
              "%.0f executions with different values in one request, seen in %d requests.",
              each.executionsPerRequest(),
              each.requests()));
      if (!each.source().isEmpty()) {
        notes.add("The values follow from: " + each.source());
      }
      all.add(
          nPlusOne(
              each.sql(),
              each.route().isEmpty() ? "A request" : each.route(),
              each.requests(),
              each.executionsPerRequest(),
              each.millisPerRequest(),
              observed,
              notes));
    }
    return all;
  }

  /**
   * N+1 that only traces show, because the statements do not go through the router.
   *
   * @param known fingerprints of those that the router has seen: its figures are exact
   */
  static List<Advice> traced(List<TracedRepetition> found, Set<String> known) {
    List<Advice> all = new ArrayList<>();
    for (TracedRepetition each : found) {
      if (known.contains(each.fingerprint())) {
        continue;
      }
      all.add(
          nPlusOne(
              each.sql(),
              each.endpoint(),
              each.requests(),
              each.executionsPerRequest(),
              each.perRequest().toNanos() / 1e6,
              each.window(),
              List.of(
                  String.format(
                      Locale.ROOT,
                      "%.0f executions in one request by its trace, seen in %d of those looked at;"
                          + " %s.",
                      each.executionsPerRequest(),
                      each.requests(),
                      each.valuesDiffer()
                          ? "their values differ"
                          : "their values are not in the trace"),
                  "For example trace " + each.sample() + ".")));
    }
    return all;
  }

  private static Advice nPlusOne(
      String sql,
      String who,
      long requests,
      double executions,
      double millis,
      Duration observed,
      List<String> notes) {
    double saved = millis / 1000 * (1 - 1 / executions) * requests;
    return Advice.propose(
        AdviceKind.N_PLUS_ONE,
        sql,
        "%s asks the same %d times".formatted(who, Math.round(executions)),
        "One query per row of a list: each costs a round trip to the database; one query for"
            + " all of them costs one.",
        saved * perHour(observed),
        new Evidence(
            sql,
            (long) (executions * requests),
            millis / executions,
            Optional.empty(),
            Optional.empty(),
            notes),
        new AdviceAction.Code(sql, forAll(sql)));
  }

  /** The statement for a list of values: {@code = $1} becomes {@code = ANY ($1)}. */
  static String forAll(String sql) {
    Optional<Select> select = Select.parse(sql);
    if (select.isPresent() && select.get().limit().isEmpty()) {
      for (int i = 0; i < select.get().where().size(); i++) {
        SqlTokens tokens = SqlTokens.of(select.get().where().get(i));
        int last = tokens.size() - 1;
        if (last >= 2
            && tokens.kind(last) == TokenKind.PARAMETER
            && tokens.text(last - 1).equals("=")) {
          String column = Snippets.text(tokens, 0, last - 1);
          List<String> items = new ArrayList<>(List.of(column));
          items.addAll(select.get().items());
          Select all =
              select
                  .get()
                  .withItems(items)
                  .withCondition(i, column + " = ANY (" + tokens.text(last) + ")");
          boolean aggregates =
              select.get().groupBy().isEmpty()
                  && select.get().items().stream()
                      .anyMatch(item -> item.matches("(?is)\\s*(count|sum|min|max|avg)\\s*\\(.*"));
          return (aggregates ? all.withGroupBy(column) : all).toSql();
        }
      }
    }
    return "Ask for all values at once: a join, or = ANY ($1) with an array.";
  }

  static List<Advice> cacheable(List<Observed.Repeating> endpoints, Duration observed) {
    List<Advice> all = new ArrayList<>();
    double perHour = perHour(observed);
    for (Observed.Repeating each : endpoints) {
      boolean worth =
          each.requests() >= LEAST_REQUESTS
              && each.repeatedShare() >= LEAST_REPEATED
              && each.keptShare() >= LEAST_KEPT
              && each.changedShare() <= MOST_CHANGED;
      if (!worth) {
        continue;
      }
      String vary = each.sharedByTenant() ? "tenant" : "user";
      String path = each.route().replaceAll("\\{[^}]*}", "*");
      List<String> notes = new ArrayList<>();
      notes.add(
          String.format(
              Locale.ROOT,
              "%.0f %% of the answers were the same as one before, %.0f %% had changed meanwhile;"
                  + " for %.0f %% of %d requests such a cache would have had one.",
              each.repeatedShare() * 100,
              each.changedShare() * 100,
              each.keptShare() * 100,
              each.requests()));
      if (each.steadyCompared() > 0) {
        notes.add(
            "Of %d answers up to %s old, %d were still right."
                .formatted(
                    each.steadyCompared(), Durations.format(each.steady()), each.steadyRight()));
      }
      notes.add(
          each.sharedByTenant()
              ? "Users of one tenant had the same statements with the same values behind it, and"
                  + " none had others."
              : each.callersKnown()
                  ? "The answer depends on the user."
                  : "Who asked is not known: set spec.gateway.identity, and it can be told whether"
                      + " a tenant's users share answers.");
      notes.add(
          "Who comes later than that, and up to %s, gets what was there at once and starts the fetching of a new one; who has changed something himself always gets a new one."
              .formatted(Durations.format(Observed.STALE)));
      all.add(
          Advice.propose(
              AdviceKind.CACHEABLE_ENDPOINT,
              each.service() + " " + each.method() + " " + each.route(),
              "Cache %s %s per %s".formatted(each.method(), each.route(), vary),
              "The same answer is made again and again.",
              each.keptShare() * each.millis() / 1000 * each.requests() * perHour,
              Evidence.of(notes),
              new AdviceAction.Document(
                  """
                  spec:
                    gateway:
                      cache:
                        - {path: "%s", ttl: %s, staleWhileRevalidate: %s, vary: [%s]}
                  """
                      .formatted(
                          path,
                          Durations.format(each.steady()),
                          Durations.format(Observed.STALE),
                          vary))));
    }
    return all;
  }

  /**
   * Little's law: connections in use are arrivals times the time each is held. Arrivals come in
   * bunches, so that a pool of just the mean has a queue: twice its square root is added, by which
   * few arrivals wait (the square-root rule of staffing; Halfin and Whitt, 1981).
   */
  static Optional<Advice> pool(Map<String, Double> busy, Duration observed, int current) {
    double most = busy.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    if (most <= 0 || observed.compareTo(Duration.ofSeconds(10)) < 0 || current <= 0) {
      return Optional.empty();
    }
    int wanted = Math.max(LEAST_POOL, (int) Math.ceil(most + SPREAD * Math.sqrt(most)));
    if (wanted > current * 0.5 && wanted <= current) {
      return Optional.empty();
    }
    String document = "spec:\n  router: {pool: %d}\n".formatted(wanted);
    // A quiet hour shows no peak: a smaller pool is for a person to decide.
    AdviceAction action =
        wanted > current
            ? new AdviceAction.Document(document)
            : new AdviceAction.Code("spec:\n  router: {pool: %d}\n".formatted(current), document);
    return Optional.of(
        Advice.propose(
            AdviceKind.POOL,
            "router.pool",
            "A pool of %d connections per server instead of %d".formatted(wanted, current),
            String.format(
                Locale.ROOT,
                "By Little's law %.2f connections of the busiest server are in use on average; few"
                    + " statements wait for one of %d.",
                most,
                wanted),
            0,
            Evidence.of(
                List.of(
                    "Statements per second times the time that a connection is held for one, idle"
                        + " time inside transactions included, over "
                        + Durations.format(Duration.ofSeconds(observed.toSeconds()))
                        + ", and twice the square root of it.",
                    "It is the mean of that time: look again at the peak.")),
            action));
  }

  private static double perHour(Duration observed) {
    return 3_600_000.0 / Math.max(1000, observed.toMillis());
  }
}

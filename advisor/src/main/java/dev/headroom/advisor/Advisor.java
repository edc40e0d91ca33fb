package dev.headroom.advisor;

import dev.headroom.advisor.index.IndexSearch;
import dev.headroom.advisor.index.ProvenIndex;
import dev.headroom.advisor.live.Activity;
import dev.headroom.advisor.live.IndexUse;
import dev.headroom.advisor.live.Observed;
import dev.headroom.advisor.plan.PlanWords;
import dev.headroom.advisor.rewrite.RewriteSearch;
import dev.headroom.advisor.scratch.ScratchCopy;
import dev.headroom.advisor.scratch.Trial;
import dev.headroom.advisor.scratch.Values;
import dev.headroom.advisor.statement.Examples;
import dev.headroom.advisor.statement.Subject;
import dev.headroom.advisor.view.ViewSearch;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.sql.Fingerprint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Analyses a database. Thread-safe; an analysis keeps its caller's thread, and one core of the
 * machine for some seconds up to minutes.
 */
public final class Advisor {
  private static final String COPY_BOUND = "SET statement_timeout = '10min'";

  private final AdvisorSettings settings;
  private final ChildRegistry registry;
  private final TimeSource time;

  /**
   * @param registry is told of the scratch copy's server
   */
  public Advisor(AdvisorSettings settings, ChildRegistry registry, TimeSource time) {
    this.settings = settings;
    this.registry = registry;
    this.time = time;
  }

  /**
   * What is known beside the database.
   *
   * @param observations empty when no router and gateway are there to see anything
   * @param traces statements that traces of the last minutes repeat
   * @param pool connections of the router per server, as they are now
   */
  public record Inputs(
      Optional<Observations> observations,
      Supplier<List<TracedRepetition>> traces,
      OptionalInt pool) {
    public static final Inputs NONE = new Inputs(Optional.empty(), List::of, OptionalInt.empty());
  }

  /**
   * Looks at a database and proposes what to do. Only reads there.
   *
   * @param primary where changes would be made
   * @param replicas whose counters belong to the same application; may be empty
   * @param progress is told what is being done, often
   * @throws UserError when a server cannot be reached or does not count statements
   */
  public AdviceReport analyse(
      DatabaseTarget primary,
      List<DatabaseTarget> replicas,
      Inputs inputs,
      Consumer<String> progress)
      throws InterruptedException {
    List<Connection> sessions = new ArrayList<>();
    try {
      sessions.add(primary.connectReadOnly());
      replicas.forEach(replica -> sessions.add(replica.connectReadOnly()));
      return new Analysis(primary, sessions, inputs, progress).run();
    } catch (SQLException e) {
      throw UserError.machine("%s could not be analysed: %s".formatted(primary, e.getMessage()), e);
    } finally {
      sessions.forEach(Advisor::close);
    }
  }

  private static void close(Connection session) {
    try {
      session.close();
    } catch (SQLException e) {
      // The server has ended it already: nothing is left to do.
      return;
    }
  }

  /** One analysis, in its steps. */
  private final class Analysis {
    private final DatabaseTarget primary;
    private final List<Connection> sessions;
    private final Inputs inputs;
    private final Consumer<String> progress;
    private final List<Advice> advice = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<Long, String> words = new HashMap<>();

    Analysis(
        DatabaseTarget primary,
        List<Connection> sessions,
        Inputs inputs,
        Consumer<String> progress) {
      this.primary = primary;
      this.sessions = sessions;
      this.inputs = inputs;
      this.progress = progress;
    }

    AdviceReport run() throws SQLException, InterruptedException {
      progress.accept("looking at sessions for " + settings.watch().toSeconds() + " s");
      Activity activity = new Activity();
      activity.watch(sessions, settings.watch());
      StatementStatistics statistics = StatementStatistics.read(sessions);
      Examples examples = new Examples();
      inputs
          .observations()
          .ifPresent(
              each ->
                  each.read(
                      observed -> {
                        observed.examples(examples);
                        return true;
                      }));
      activity.examples(examples);
      List<Subject> subjects = Subjects.of(statistics, settings.statements(), examples);
      tried(subjects);
      live(activity, statistics);
      advice.sort(
          Comparator.comparingDouble(Advice::secondsPerHour).reversed().thenComparing(Advice::id));
      return new AdviceReport(
          primary.toString(),
          time.now(),
          statistics.observed(),
          statistics.statements().stream()
              .limit(settings.statements())
              .map(
                  slow ->
                      words.containsKey(slow.queryId())
                          ? slow.withPlan(words.getOrDefault(slow.queryId(), ""))
                          : slow)
              .toList(),
          advice,
          notes);
    }

    private void tried(List<Subject> subjects) throws SQLException, InterruptedException {
      if (subjects.isEmpty()) {
        notes.add("No statement of the application has been counted yet.");
        return;
      }
      progress.accept("copying what the statements concern");
      Connection source = sessions.getFirst();
      try (Statement bound = source.createStatement()) {
        bound.execute(COPY_BOUND);
      }
      try (ScratchCopy copy =
          ScratchCopy.of(source, Subjects.names(subjects), settings.rows(), registry)) {
        notes.addAll(copy.notes());
        Trial trial = new Trial(copy.session());
        List<Subject> ready = ready(subjects, trial);
        for (ProvenIndex index : new IndexSearch(trial, progress).find(ready)) {
          advice.add(Proposals.index(index));
        }
        RewriteSearch rewrites = new RewriteSearch(trial, progress);
        ViewSearch views = new ViewSearch(trial, progress);
        for (Subject subject : ready) {
          rewrites.find(subject).map(Proposals::rewrite).ifPresent(advice::add);
          views.find(subject).map(Proposals::view).ifPresent(advice::add);
        }
      }
    }

    private List<Subject> ready(List<Subject> subjects, Trial trial) {
      Values values = new Values(trial);
      List<Subject> ready = new ArrayList<>();
      List<String> failed = new ArrayList<>();
      for (Subject subject : subjects) {
        progress.accept("planning " + subject.normalised());
        try {
          Subject filled = values.fill(subject);
          words.put(subject.id(), PlanWords.of(trial.analyse(filled, filled.values().getFirst())));
          ready.add(filled);
        } catch (SQLException e) {
          failed.add(
              "%s: %s"
                  .formatted(
                      shortened(subject.sql()),
                      String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
        }
      }
      long unseen = ready.stream().filter(subject -> !subject.seen()).count();
      if (unseen > 0) {
        notes.add(
            "Of %d statements only the normalised text is known, in which constants are hidden: run it while they run, or behind Headroom's router, for more."
                .formatted(unseen));
      }
      failed.forEach(each -> notes.add("Not tried: " + each));
      return ready;
    }

    private void live(Activity activity, StatementStatistics statistics) throws SQLException {
      advice.addAll(LiveProposals.indexes(IndexUse.read(sessions), settings.unusedAfter()));
      advice.addAll(LiveProposals.blocking(activity, statistics));
      if (!activity.waits().isEmpty()) {
        StringBuilder waits = new StringBuilder("Active sessions, on average:");
        activity
            .waits()
            .forEach(
                (wait, mean) ->
                    waits.append(String.format(java.util.Locale.ROOT, " %.1f %s,", mean, wait)));
        notes.add(waits.substring(0, waits.length() - 1) + ".");
      }
      List<TracedRepetition> traced = inputs.traces().get();
      if (inputs.observations().isEmpty()) {
        advice.addAll(LiveProposals.traced(traced, Set.of()));
        notes.add(
            "Queries that repeat within a request, endpoints worth caching and the size of the pool"
                + " need Headroom's router and gateway in between.");
        return;
      }
      inputs
          .observations()
          .get()
          .read(
              observed -> {
                observed(observed, traced);
                return true;
              });
    }

    private void observed(Observed observed, List<TracedRepetition> traced) {
      Duration span = observed.span();
      List<Observed.NPlusOne> repeated = observed.repeated();
      advice.addAll(LiveProposals.repeated(repeated, span));
      advice.addAll(
          LiveProposals.traced(
              traced,
              repeated.stream()
                  .map(each -> Fingerprint.of(each.sql()).id())
                  .collect(Collectors.toSet())));
      advice.addAll(LiveProposals.cacheable(observed.endpoints(), span));
      inputs
          .pool()
          .ifPresent(
              pool ->
                  LiveProposals.pool(observed.busyConnections(), span, pool)
                      .ifPresent(advice::add));
    }

    private static String shortened(String sql) {
      String line = sql.replaceAll("\\s+", " ").trim();
      return line.length() > 120 ? line.substring(0, 119) + "…" : line;
    }
  }
}

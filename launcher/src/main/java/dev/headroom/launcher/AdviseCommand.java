package dev.headroom.launcher;

import dev.headroom.advisor.Advice;
import dev.headroom.advisor.AdviceAction;
import dev.headroom.advisor.AdviceReport;
import dev.headroom.advisor.Advisor;
import dev.headroom.advisor.AdvisorSettings;
import dev.headroom.advisor.Applier;
import dev.headroom.advisor.DatabaseTarget;
import dev.headroom.base.Durations;
import dev.headroom.base.TimeSource;
import dev.headroom.base.UserError;
import dev.headroom.engines.ChildRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headroom advise}. */
@Command(
    name = "advise",
    description = "Say what is slow in a PostgreSQL database, and what to do about it.",
    footer = {
      "",
      "Reads pg_stat_statements, the catalogs and the relations that slow statements concern. What"
          + " it proposes",
      "was built and measured on a scratch copy on this machine. Nothing is changed in your"
          + " database without",
      "--apply; indexes are then created concurrently. Replicas count their own statements: name"
          + " them, too.",
      "",
      "Examples:",
      "  headroom advise --url postgres://app:secret@db.example:5432/app",
      "  headroom advise --url \"$DATABASE_URL\" --replica \"$REPLICA_URL\" --watch 30s --json",
      "  headroom advise --url \"$DATABASE_URL\" --sql migrations/042_indexes.sql",
      "  headroom advise --url \"$DATABASE_URL\" --apply --only missing-index-3f9c01d2"
    })
final class AdviseCommand implements Callable<Integer> {
  @Option(
      names = "--url",
      paramLabel = "URL",
      required = true,
      description = "The primary: postgres://user:password@host:port/database.")
  private String url = "";

  @Option(
      names = "--replica",
      paramLabel = "URL",
      description = "A replica of it, whose statements count as well; may be repeated.")
  private List<String> replicas = List.of();

  @Option(
      names = "--watch",
      paramLabel = "DURATION",
      description =
          "How long sessions are looked at, for waits and for texts with their constants (default:"
              + " 3s).")
  private String watch = "3s";

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Copy at most so many rows of a table, else a sample (default: 500000).")
  private long rows = 500_000;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--sql",
      paramLabel = "FILE",
      description = "Write the changes as a migration to read and run.")
  private @Nullable Path sql;

  @Option(names = "--apply", description = "Make the changes that are SQL, after asking.")
  private boolean apply;

  @Option(
      names = "--only",
      paramLabel = "ID",
      description = "Apply only this piece of advice; may be repeated.")
  private List<String> only = List.of();

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    DatabaseTarget primary = DatabaseTarget.of("--url", url);
    List<DatabaseTarget> others =
        replicas.stream().map(each -> DatabaseTarget.of("--replica", each)).toList();
    if (rows < 1) {
      throw UserError.usage("--rows: " + rows + " (expected: at least 1)");
    }
    Duration time =
        Durations.parse(watch)
            .orElseThrow(
                () -> UserError.usage("--watch: " + watch + " (expected: for example 30s)"));
    AdvisorSettings settings = AdvisorSettings.defaults().withWatch(time).withRows(rows);
    Steps steps = Steps.onStandardError();
    return Foreground.run(
        () -> {
          AdviceReport report =
              new Advisor(settings, ChildRegistry.NONE, TimeSource.system())
                  .analyse(
                      primary,
                      others,
                      Advisor.Inputs.NONE,
                      line -> steps.progress(line.lines().findFirst().orElse("")));
          steps.endProgress();
          PrintWriter out = spec.commandLine().getOut();
          out.print(json ? Json.of(AdviceText.toMap(report)) + "\n" : AdviceText.of(report));
          out.flush();
          write(report, steps);
          return apply ? apply(primary, report, steps) : 0;
        });
  }

  private void write(AdviceReport report, Steps steps) {
    if (sql == null) {
      return;
    }
    try {
      Files.writeString(sql, Applier.migration(report));
      steps.say("written to " + sql);
    } catch (IOException e) {
      throw UserError.usage(
          "--sql: %s cannot be written: %s (expected: a file in a folder that exists)"
              .formatted(sql, e.getMessage()));
    }
  }

  private int apply(DatabaseTarget primary, AdviceReport report, Steps steps) {
    for (String id : only) {
      if (report.byId(id).isEmpty()) {
        throw UserError.usage("--only: " + id + " (expected: the id of advice above)");
      }
    }
    List<Advice> chosen =
        report.advice().stream()
            .filter(each -> each.action() instanceof AdviceAction.Sql)
            .filter(each -> only.isEmpty() || only.contains(each.id()))
            .toList();
    if (chosen.isEmpty()) {
      steps.say("Nothing to apply: no advice is SQL.");
      return 0;
    }
    steps.say("%nTo be done in %s:".formatted(primary));
    chosen.forEach(each -> steps.say(each.action().text().indent(2).stripTrailing()));
    if (!yes && !confirmed(steps)) {
      steps.say("Nothing was changed.");
      return 0;
    }
    int failed = 0;
    for (Applier.Outcome outcome : Applier.apply(primary, chosen)) {
      steps.say(
          outcome.done()
              ? "  ✓ " + outcome.advice().title()
              : "  ✗ %s: %s".formatted(outcome.advice().title(), outcome.error()));
      failed += outcome.done() ? 0 : 1;
    }
    return failed == 0 ? 0 : 1;
  }

  private static boolean confirmed(Steps steps) {
    steps.say("Apply these changes? Type yes.");
    try {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String answer = in.readLine();
      return answer != null && answer.trim().equalsIgnoreCase("yes");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

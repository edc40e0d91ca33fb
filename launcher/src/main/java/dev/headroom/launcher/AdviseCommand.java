package dev.headroom.launcher;

import dev.headroom.advisor.AdviceReport;
import dev.headroom.advisor.Advisor;
import dev.headroom.advisor.DatabaseTarget;
import dev.headroom.base.TimeSource;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
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
      "Reads pg_stat_statements and the catalogs; nothing is changed. Replicas count their own"
          + " statements:",
      "name them, too.",
      "",
      "Examples:",
      "  headroom advise --url postgres://app:secret@db.example:5432/app",
      "  headroom advise --url \"$DATABASE_URL\" --replica \"$REPLICA_URL\" --json"
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

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    DatabaseTarget primary = DatabaseTarget.of("--url", url);
    List<DatabaseTarget> others =
        replicas.stream().map(each -> DatabaseTarget.of("--replica", each)).toList();
    AdviceReport report = new Advisor(TimeSource.system()).analyse(primary, others);
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? Json.of(AdviceText.toMap(report)) + "\n" : AdviceText.of(report));
    return 0;
  }
}

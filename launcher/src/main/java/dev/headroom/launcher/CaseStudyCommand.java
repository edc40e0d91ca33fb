package dev.headroom.launcher;

import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headroom case-study}. */
@Command(
    name = "case-study",
    description = "Measure the sample application before and after, claim by claim.",
    footer = {
      "",
      "Before: a fixed size, one PostgreSQL, one small Redis, nothing but a proxy in front.",
      "After: everything, with the advisor's indexes, views and cache applied. The application's",
      "code and its faults are the same in both, and so are data, seeds and traffic. Nodes and"
          + " their",
      "prices are simulated. It takes about 19 minutes and wants the machine for itself.",
      "",
      "Examples:",
      "  headroom case-study --quick",
      "  headroom case-study --quick --html case.html --json > case.json",
    })
final class CaseStudyCommand implements Callable<Integer> {
  private static final String TITLE = "Headroom: the case, measured";

  @Option(
      names = "--quick",
      description = "One peak instead of a day with its growth (--full is not built yet).")
  private boolean quick;

  @Option(
      names = "--users",
      paramLabel = "N",
      description = "Active users at the peak (default: ${DEFAULT-VALUE}).")
  private int users = 15000;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long is measured in each phase, at least 30 (default: ${DEFAULT-VALUE}).")
  private int seconds = 90;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = "Data: small, default (a million rows), large (default: ${DEFAULT-VALUE}).")
  private String size = "default";

  @Option(names = "--html", paramLabel = "FILE", description = "Write the table as a page.")
  private @Nullable Path html;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Write it as Markdown.")
  private @Nullable Path markdown;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private final StateOption state = new StateOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (!quick) {
      throw UserError.usage("case-study: the whole day is not built yet (expected: --quick)");
    }
    if (seconds < 30) {
      throw UserError.usage("--seconds: " + seconds + " (expected: at least 30)");
    }
    PrintWriter out = spec.commandLine().getOut();
    return Foreground.run(
        () -> {
          CaseStudy.Result result =
              new CaseStudy(
                      state.forApp("case-study"),
                      DemoProgram.find(),
                      Steps.onStandardError(),
                      size,
                      users,
                      Duration.ofSeconds(seconds))
                  .run();
          CaseTable table = CaseTable.of(result.before(), result.after());
          write(html, table.html(TITLE, result.notes()));
          write(
              markdown, "# " + TITLE + "\n\n" + table.markdown() + "\n" + bullets(result.notes()));
          out.println(
              json
                  ? Json.of(
                      Map.of(
                          "rows",
                          table.toMaps(),
                          "before",
                          result.before(),
                          "after",
                          result.after(),
                          "notes",
                          result.notes()))
                  : table.text() + "\n" + bullets(result.notes()));
          return 0;
        });
  }

  private static String bullets(List<String> notes) {
    StringBuilder text = new StringBuilder();
    notes.forEach(note -> text.append("- ").append(note.replace("\n", "\n  ")).append('\n'));
    return text.toString();
  }

  private static void write(@Nullable Path file, String text) {
    if (file == null) {
      return;
    }
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw UserError.machine(file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}

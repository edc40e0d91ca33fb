package dev.headroom.launcher;

import dev.headroom.spec.Documents;
import dev.headroom.spec.EffectiveDocument;
import dev.headroom.spec.JsonSchema;
import dev.headroom.spec.ScaledApp;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headroom check}. */
@Command(
    name = "check",
    description = "Validate a document and print the effective one, with all defaults.",
    footer = {
      "",
      "All problems are told at once, each with its line. Secrets print as redacted.",
      "",
      "Examples:",
      "  headroom check -f app.yaml -f production.yaml",
      "  headroom check --schema > scaledapp.schema.json   for your editor"
    })
final class CheckCommand implements Callable<Integer> {
  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "The document; later files are laid over earlier ones.")
  private List<Path> files = List.of();

  @Option(names = "--schema", description = "Print the JSON Schema of documents instead.")
  private boolean schema;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (schema) {
      out.println(JsonSchema.ofScaledApp());
      return 0;
    }
    if (files.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "Missing required option: '--file=FILE' (a document to check)");
    }
    ScaledApp app = Documents.load(files);
    out.print(json ? Json.of(EffectiveDocument.toMap(app)) + "\n" : EffectiveDocument.print(app));
    return 0;
  }
}

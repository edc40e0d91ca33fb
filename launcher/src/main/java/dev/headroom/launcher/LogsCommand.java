package dev.headroom.launcher;

import dev.headroom.base.Problem;
import dev.headroom.base.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code headroom logs}. */
@Command(
    name = "logs",
    description = "Print the log of a process; without a name, list which there are.",
    footer = {
      "",
      "Examples:",
      "  headroom logs",
      "  headroom logs api-1 -n 100",
      "  headroom logs pg-0 -f"
    })
final class LogsCommand implements Callable<Integer> {
  private static final int TAIL_WINDOW = 4 << 20;

  @Mixin private final StateOption state = new StateOption();

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "For example api-1 or pg-0.")
  private @Nullable String name;

  @Option(names = "-n", paramLabel = "LINES", description = "How many lines (default: 50).")
  private int lines = 50;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what is added, until Ctrl-C.")
  private boolean follow;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Path folder = state.single();
    Map<String, Path> logs = find(folder);
    String wanted = name;
    if (wanted == null) {
      if (logs.isEmpty()) {
        out.println("no logs in " + folder);
      }
      for (Map.Entry<String, Path> log : logs.entrySet()) {
        out.printf(
            "%-24s %8d KiB  %s%n", log.getKey(), Files.size(log.getValue()) >> 10, log.getValue());
      }
      return 0;
    }
    Path log = logs.get(wanted);
    if (log == null) {
      throw UserError.usage(
          "%s (expected: one of %s)%s"
              .formatted(
                  wanted,
                  String.join(", ", logs.keySet()),
                  Problem.nearest(wanted, logs.keySet())
                      .map(n -> "; did you mean " + n + "?")
                      .orElse("")));
    }
    long end = Files.size(log);
    tail(log, end).forEach(out::println);
    out.flush();
    while (follow) {
      Thread.sleep(300);
      long size = Files.size(log);
      if (size < end) {
        end = 0;
      }
      if (size > end) {
        try (var in = Files.newInputStream(log)) {
          in.skipNBytes(end);
          out.print(
              new String(
                  in.readNBytes((int) Math.min(TAIL_WINDOW, size - end)), StandardCharsets.UTF_8));
          out.flush();
        }
        end = size;
      }
    }
    return 0;
  }

  private List<String> tail(Path log, long size) throws IOException {
    try (var in = Files.newInputStream(log)) {
      in.skipNBytes(Math.max(0, size - TAIL_WINDOW));
      List<String> all =
          new String(in.readNBytes(TAIL_WINDOW), StandardCharsets.UTF_8).lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    }
  }

  private static Map<String, Path> find(Path folder) throws IOException {
    Map<String, Path> logs = new TreeMap<>();
    Path root = folder.resolve("logs");
    if (Files.isDirectory(root)) {
      try (Stream<Path> files = Files.walk(root, 3)) {
        files
            .filter(file -> file.toString().endsWith(".log"))
            .forEach(
                file -> logs.put(file.getFileName().toString().replaceAll("\\.log$", ""), file));
      }
    }
    return logs;
  }
}

package dev.headroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.advisor.Advice;
import dev.headroom.advisor.AdviceAction;
import dev.headroom.advisor.AdviceKind;
import dev.headroom.advisor.AdviceReport;
import dev.headroom.advisor.Advisor;
import dev.headroom.advisor.AdvisorSettings;
import dev.headroom.advisor.Applier;
import dev.headroom.base.TimeSource;
import dev.headroom.engines.ChildRegistry;
import dev.headroom.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The advisor against the known faults of the sample application, which it does not know: all of
 * them on, every endpoint asked, then its findings are held against {@code demo/faults.yaml}.
 */
class AdviceIT {
  @RegisterExtension
  static final PostgresExtension POSTGRES =
      PostgresExtension.exclusive().withParameter("shared_buffers", "128MB");

  private static final Pattern CURE = Pattern.compile("CREATE INDEX ON (\\w+) \\((\\w+)");
  private static final Set<String> REQUIRED =
      Set.of("missing-index", "n-plus-one", "cacheable-endpoint");

  @TempDir private Path folder;

  private record Fault(String id, String kind, String endpoint, String cure, String query) {}

  @Test
  void findsMostOfTheKnownFaultsAndMakesNothingSlower() throws Exception {
    String size = System.getProperty("headroom.advice.size", "250000");
    try (TrackerUnderAdvice tracker = TrackerUnderAdvice.start(POSTGRES, folder, size)) {
      tracker.work(Duration.ofSeconds(6));
      tracker.ask(4);
      Advisor advisor =
          new Advisor(
              AdvisorSettings.defaults().withWatch(Duration.ofMillis(200)).withStatements(120),
              ChildRegistry.NONE,
              TimeSource.system());
      long start = System.nanoTime();
      AdviceReport report =
          advisor.analyse(
              tracker.target(),
              List.of(),
              new Advisor.Inputs(Optional.of(tracker.observations()), List::of, OptionalInt.of(20)),
              progress -> {});
      double seconds = (System.nanoTime() - start) / 1e9;

      Map<String, String> found = found(report);
      String table = table(found, report, seconds);
      System.out.println(table);
      Files.writeString(Path.of("target", "advice.md"), table);
      assertThat(report.advice())
          .allSatisfy(
              advice ->
                  advice
                      .evidence()
                      .after()
                      .ifPresent(
                          after ->
                              assertThat(after.millis())
                                  .as(advice.title())
                                  .isLessThanOrEqualTo(
                                      advice.evidence().before().orElseThrow().millis() * 1.2
                                          + 0.1)));
      for (String kind : REQUIRED) {
        List<Fault> all = faults().stream().filter(fault -> fault.kind().equals(kind)).toList();
        long hits = all.stream().filter(fault -> found.containsKey(fault.id())).count();
        assertThat((double) hits / all.size()).as(kind + "\n" + table).isGreaterThanOrEqualTo(0.8);
      }
      everyAppliedIndexIsUsed(tracker, report);
    }
  }

  private static void everyAppliedIndexIsUsed(TrackerUnderAdvice tracker, AdviceReport report)
      throws Exception {
    List<Applier.Outcome> outcomes =
        Applier.apply(tracker.target(), report.of(AdviceKind.MISSING_INDEX));
    assertThat(outcomes).isNotEmpty().allMatch(Applier.Outcome::done);
    POSTGRES.execute("ANALYZE");
    tracker.work(Duration.ofSeconds(6));
    tracker.ask(4);
    Set<String> unused = new TreeSet<>();
    try (Connection connection = POSTGRES.connect();
        var statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE indexrelname LIKE"
                    + " '%\\_hr'")) {
      int indexes = 0;
      while (row.next()) {
        indexes++;
        if (row.getLong(2) == 0) {
          unused.add(row.getString(1));
        }
      }
      assertThat(indexes).isEqualTo(outcomes.size());
    }
    assertThat(unused).isEmpty();
  }

  /** Ids of faults, with the advice that is about them. */
  private static Map<String, String> found(AdviceReport report) throws Exception {
    Map<String, String> found = new LinkedHashMap<>();
    for (Fault fault : faults()) {
      for (Advice advice : report.advice()) {
        if (isAbout(advice, fault)) {
          found.putIfAbsent(fault.id(), advice.title());
        }
      }
      if (fault.kind().equals("slow-query")) {
        report.slow().stream()
            .filter(slow -> plain(slow.text()).equals(plain(fault.query())))
            .findFirst()
            .ifPresent(slow -> found.put(fault.id(), "among the slow statements"));
      }
    }
    return found;
  }

  private static boolean isAbout(Advice advice, Fault fault) {
    if (!advice.kind().word().equals(fault.kind())) {
      return advice.kind() == AdviceKind.BLOCKING
          && fault.kind().equals("blocking-report")
          && advice.title().contains("LOCK TABLE issues");
    }
    return switch (advice.kind()) {
      case MISSING_INDEX -> {
        Matcher cure = CURE.matcher(fault.cure());
        String text = advice.action().text();
        yield cure.find()
            && Pattern.compile(
                    " ON public." + cure.group(1) + " \\((\\w+, )?" + cure.group(2) + "[,)]")
                .matcher(text)
                .find()
            && (!fault.cure().contains("WHERE") || text.contains("WHERE"));
      }
      case CACHEABLE_ENDPOINT -> advice.title().contains(" " + fault.endpoint() + " ");
      case N_PLUS_ONE, REWRITE ->
          advice.action() instanceof AdviceAction.Code code
              && plain(code.before()).equals(plain(fault.query()));
      case MATERIALISED_VIEW -> plain(advice.evidence().statement()).equals(plain(fault.query()));
      default -> false;
    };
  }

  /* Constants and parameters alike: what pg_stat_statements and the application write. */
  private static String plain(String sql) {
    return sql.replaceAll("\\$\\d+|'[^']*'|\\b\\d+\\b|\\bepoch\\b", "?").replaceAll("\\s+", " ");
  }

  private static String table(Map<String, String> found, AdviceReport report, double seconds)
      throws Exception {
    Map<String, int[]> score = new LinkedHashMap<>();
    List<String> missed = new ArrayList<>();
    for (Fault fault : faults()) {
      int[] of = score.computeIfAbsent(fault.kind(), _ -> new int[2]);
      of[1]++;
      if (found.containsKey(fault.id())) {
        of[0]++;
      } else {
        missed.add(fault.id());
      }
    }
    StringBuilder text = new StringBuilder();
    text.append("| kind | found | of |\n|---|---|---|\n");
    score.forEach((kind, of) -> text.append("| %s | %d | %d |%n".formatted(kind, of[0], of[1])));
    text.append("%nMissed: %s%n".formatted(missed));
    text.append("%nThe analysis took %.1f s.%n%n".formatted(seconds));
    text.append("| kind | advice | before | after |\n|---|---|---|---|\n");
    for (Advice advice : report.advice()) {
      text.append(
          "| %s | %s | %s | %s |%n"
              .formatted(
                  advice.kind().word(),
                  advice.title(),
                  advice
                      .evidence()
                      .before()
                      .map(m -> "%.2f ms, %.0f pages".formatted(m.millis(), m.buffers()))
                      .orElse(""),
                  advice
                      .evidence()
                      .after()
                      .map(m -> "%.2f ms, %.0f pages".formatted(m.millis(), m.buffers()))
                      .orElse("")));
    }
    report.notes().forEach(note -> text.append("\nNote: ").append(note).append('\n'));
    return text.toString();
  }

  private static List<Fault> faults() throws Exception {
    List<Fault> faults = new ArrayList<>();
    Map<String, String> entry = new LinkedHashMap<>();
    for (String line :
        Files.readAllLines(HeadroomProcess.ROOT.resolve("demo").resolve("faults.yaml"))) {
      Matcher pair = Pattern.compile("(?:- |  )(\\w+): (.*)").matcher(line);
      if (!pair.matches()) {
        continue;
      }
      if (line.startsWith("- ") && !entry.isEmpty()) {
        faults.add(fault(entry));
        entry.clear();
      }
      String value = pair.group(2);
      entry.put(
          pair.group(1),
          value.startsWith("\"")
              ? value.substring(1, value.length() - 1).replace("\\\"", "\"")
              : value);
    }
    faults.add(fault(entry));
    return faults;
  }

  private static Fault fault(Map<String, String> entry) {
    return new Fault(
        entry.getOrDefault("id", ""),
        entry.getOrDefault("kind", ""),
        entry.getOrDefault("endpoint", ""),
        entry.getOrDefault("cure", ""),
        entry.getOrDefault("query", ""));
  }
}

package dev.headroom.launcher;

import dev.headroom.advisor.Advice;
import dev.headroom.advisor.AdviceEvents;
import dev.headroom.advisor.AdviceReport;
import dev.headroom.advisor.Measurement;
import dev.headroom.advisor.SlowStatement;
import dev.headroom.base.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A report as text and as JSON. */
final class AdviceText {
  private static final int SLOWEST = 10;
  private static final int LINE = 100;

  private AdviceText() {}

  static String of(AdviceReport report) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s, statements of the last %s%n%n"
            .formatted(
                report.database(),
                Durations.format(Duration.ofSeconds(report.observed().toSeconds()))));
    text.append("Most time\n");
    report.slow().stream().limit(SLOWEST).forEach(slow -> text.append(line(slow)));
    if (!report.advice().isEmpty()) {
      text.append("\nAdvice\n");
      int rank = 1;
      for (Advice advice : report.advice()) {
        text.append(paragraph(rank++, advice));
      }
    }
    if (!report.notes().isEmpty()) {
      text.append('\n');
      report.notes().forEach(note -> text.append("Note: ").append(note).append('\n'));
    }
    return text.toString();
  }

  private static String line(SlowStatement slow) {
    String line =
        String.format(
            Locale.ROOT,
            "  %5.1f %%  %9.2f ms × %-9d %s%n",
            slow.share() * 100,
            slow.millisPerCall(),
            slow.calls(),
            shortened(slow.text()));
    return slow.plan().map(plan -> line + indented(plan, "           ")).orElse(line);
  }

  private static String paragraph(int rank, Advice advice) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%n%2d. %s  [%s]%n    saves %.1f s of execution per hour%n",
            rank,
            advice.title(),
            advice.id(),
            advice.secondsPerHour()));
    text.append(indented(advice.explanation(), "    "));
    advice
        .evidence()
        .before()
        .ifPresent(before -> text.append("    before: ").append(line(before)));
    advice.evidence().after().ifPresent(after -> text.append("    after:  ").append(line(after)));
    advice.evidence().notes().forEach(note -> text.append("    - ").append(note).append('\n'));
    text.append(indented(advice.action().text(), "      "));
    return text.toString();
  }

  private static String line(Measurement measured) {
    return String.format(
        Locale.ROOT, "%.2f ms, %.0f pages%n", measured.millis(), measured.buffers());
  }

  private static String indented(String text, String by) {
    StringBuilder indented = new StringBuilder();
    text.lines().forEach(each -> indented.append(by).append(each).append('\n'));
    return indented.toString();
  }

  private static String shortened(String statement) {
    String line = statement.replaceAll("\\s+", " ").trim();
    return line.length() > LINE ? line.substring(0, LINE - 1) + "…" : line;
  }

  static Map<String, Object> toMap(AdviceReport report) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("database", report.database());
    map.put("at", report.at().toString());
    map.put("observedSeconds", report.observed().toMillis() / 1000.0);
    map.put("slow", report.slow().stream().map(AdviceText::toMap).toList());
    List<Map<String, Object>> advice = report.advice().stream().map(AdviceEvents::toMap).toList();
    map.put("advice", advice);
    map.put("notes", report.notes());
    return map;
  }

  private static Map<String, Object> toMap(SlowStatement slow) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("queryId", slow.queryId());
    map.put("text", slow.text());
    map.put("calls", slow.calls());
    map.put("totalMillis", slow.totalMillis());
    map.put("millisPerCall", slow.millisPerCall());
    map.put("share", slow.share());
    map.put("rowsPerCall", slow.rowsPerCall());
    map.put("buffersPerCall", slow.buffersPerCall());
    slow.plan().ifPresent(plan -> map.put("plan", plan));
    return map;
  }
}

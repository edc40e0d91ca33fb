package dev.headroom.console;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headroom.apm.Window;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What the advisor proposes: of each id the newest word, best first. */
final class AdviceList {
  private static final Duration KEPT = Duration.ofDays(7);
  private static final int MOST = 5000;
  private static final JsonMapper JSON = new JsonMapper();

  private AdviceList() {}

  static List<Piece> of(Reads reads) {
    Map<String, LogRecord> newest = new LinkedHashMap<>();
    Window window = Window.before(reads.now().plusSeconds(1), KEPT);
    for (LogRecord event : reads.queries().events(window, Vocabulary.EVENT_ADVICE, MOST)) {
      newest.putIfAbsent(event.attributes().text(Vocabulary.ADVICE_ID).orElse(""), event);
    }
    return newest.values().stream()
        .map(Piece::of)
        .sorted(
            Comparator.comparing((Piece p) -> !p.state().equals("proposed"))
                .thenComparingLong(p -> p.rank().orElse(Long.MAX_VALUE))
                .thenComparing(Piece::id))
        .toList();
  }

  /**
   * One piece of advice.
   *
   * @param secondsPerHour of execution that it saves
   * @param evidence JSON as the advisor wrote it
   */
  record Piece(
      String id,
      String kind,
      String title,
      String explanation,
      OptionalLong rank,
      double secondsPerHour,
      String state,
      String actionType,
      String action,
      long time,
      @JsonRawValue String evidence) {

    private static Piece of(LogRecord event) {
      Attributes words = event.attributes();
      return new Piece(
          words.text(Vocabulary.ADVICE_ID).orElse(""),
          words.text(Vocabulary.ADVICE_KIND).orElse(""),
          words.text(Vocabulary.ADVICE_TITLE).orElse(""),
          event.body(),
          words.number(Vocabulary.ADVICE_RANK),
          words.get(Vocabulary.ADVICE_BENEFIT) instanceof Number benefit
              ? benefit.doubleValue()
              : 0,
          words.text(Vocabulary.STATE).orElse(""),
          words.text(Vocabulary.ADVICE_ACTION_TYPE).orElse(""),
          words.text(Vocabulary.ADVICE_ACTION).orElse(""),
          event.epochNanos() / 1_000_000,
          json(words.text(Vocabulary.ADVICE_EVIDENCE).orElse("{}")));
    }
  }

  /* It came in from outside, as all telemetry may: what is not one JSON value is left out. */
  private static String json(String text) {
    try {
      return JSON.writeValueAsString(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      return "{}";
    }
  }
}

package dev.headroom.advisor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.util.LinkedHashMap;
import java.util.Map;

/** Advice as events of the store, {@link Vocabulary#EVENT_ADVICE}; the newest of an id counts. */
public final class AdviceEvents {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AdviceEvents() {}

  /**
   * @param rank 1 is what saves most
   */
  public static LogRecord of(Advice advice, int rank, long epochNanos) {
    return LogRecord.event(
        epochNanos,
        LogRecord.INFO,
        Vocabulary.EVENT_ADVICE,
        advice.explanation(),
        Attributes.of(
            Vocabulary.ADVICE_ID,
            advice.id(),
            Vocabulary.ADVICE_KIND,
            advice.kind().word(),
            Vocabulary.ADVICE_TITLE,
            advice.title(),
            Vocabulary.ADVICE_RANK,
            (long) rank,
            Vocabulary.ADVICE_BENEFIT,
            advice.secondsPerHour(),
            Vocabulary.ADVICE_EVIDENCE,
            json(evidence(advice.evidence())),
            Vocabulary.ADVICE_ACTION_TYPE,
            advice.action().type(),
            Vocabulary.ADVICE_ACTION,
            advice.action().text(),
            Vocabulary.STATE,
            advice.state().word()));
  }

  /** For {@code --json} and the event alike. */
  public static Map<String, Object> toMap(Advice advice) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", advice.id());
    map.put("kind", advice.kind().word());
    map.put("title", advice.title());
    map.put("explanation", advice.explanation());
    map.put("secondsPerHour", advice.secondsPerHour());
    map.put("state", advice.state().word());
    map.put("action", Map.of("type", advice.action().type(), "text", advice.action().text()));
    map.put("evidence", evidence(advice.evidence()));
    return map;
  }

  private static Map<String, Object> evidence(Evidence evidence) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (!evidence.statement().isEmpty()) {
      map.put("statement", evidence.statement());
      map.put("calls", evidence.calls());
      map.put("millisPerCall", evidence.millisPerCall());
    }
    evidence.before().ifPresent(before -> map.put("before", measurement(before)));
    evidence.after().ifPresent(after -> map.put("after", measurement(after)));
    map.put("notes", evidence.notes());
    return map;
  }

  private static Map<String, Object> measurement(Measurement measurement) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("millis", measurement.millis());
    map.put("buffers", measurement.buffers());
    map.put("plan", measurement.plan());
    return map;
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON for " + value.getClass(), e);
    }
  }
}

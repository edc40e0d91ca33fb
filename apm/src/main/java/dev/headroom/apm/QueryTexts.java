package dev.headroom.apm;

import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.util.LinkedHashMap;
import java.util.Map;

/** The text of each statement's fingerprint, told once by the router. Bounded, thread-safe. */
final class QueryTexts {
  private static final int MOST = 10_000;

  private final Map<String, String> texts =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST;
        }
      };

  /** True when the event told something new. */
  synchronized boolean learn(LogRecord event) {
    if (!event.eventName().equals(Vocabulary.EVENT_QUERY)) {
      return false;
    }
    String fingerprint = event.attributes().text(Vocabulary.QUERY).orElse("");
    String text = event.attributes().text(Vocabulary.QUERY_TEXT).orElse("");
    return !fingerprint.isEmpty() && !text.isEmpty() && put(fingerprint, text);
  }

  synchronized boolean put(String fingerprint, String text) {
    return !text.equals(texts.put(fingerprint, text));
  }

  /** Empty when it was never told. */
  synchronized String of(String fingerprint) {
    return texts.getOrDefault(fingerprint, "");
  }
}

package dev.headroom.router.session;

import dev.headroom.router.cluster.Mark;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last write under each logical key that clients have named. Bounded: what is forgotten is
 * covered by one mark that holds for every key not remembered. Thread-safe.
 */
public final class FreshnessKeys {
  private static final int MAX_KEYS = 100_000;

  private final Map<String, Mark> marks =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Mark> eldest) {
          boolean full = size() > MAX_KEYS;
          if (full) {
            forgotten = Mark.later(forgotten, eldest.getValue());
          }
          return full;
        }
      };
  private Mark forgotten = Mark.NONE;

  synchronized Mark of(String key) {
    Mark mark = marks.get(key);
    return mark == null ? forgotten : mark;
  }

  synchronized void wrote(String key, Mark mark) {
    marks.merge(key, mark, Mark::later);
  }
}

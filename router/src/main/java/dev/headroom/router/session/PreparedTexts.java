package dev.headroom.router.session;

import dev.headroom.pgwire.Bytes;
import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.statement.AnalysisCache;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prepared statements of all clients of one event loop: those equal in text, parameter types and
 * scope of names share a name on the servers.
 */
final class PreparedTexts {
  private static final int MAX_ENTRIES = 5000;

  private record Key(Bytes parse, String nameScope) {}

  private final AnalysisCache analyses;
  private final String prefix;
  private final Map<Key, PreparedText> byText =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, PreparedText> eldest) {
          return size() > MAX_ENTRIES;
        }
      };
  private final AtomicLong schemaVersion;
  private long seenVersion;
  private long count;

  /**
   * @param schemaVersion grows with every change of a schema that is seen
   */
  PreparedTexts(AnalysisCache analyses, String prefix, AtomicLong schemaVersion) {
    this.analyses = analyses;
    this.prefix = prefix;
    this.schemaVersion = schemaVersion;
  }

  /**
   * @param parse text and parameter types as in a Parse message
   * @param named prepared under a name, by the client or by us; else parsed anew each time
   */
  PreparedText of(Bytes parse, String sql, String nameScope, boolean named) {
    if (!named) {
      return new PreparedText("", parse, analyses.of(sql), nameScope);
    }
    long version = schemaVersion.get();
    if (version != seenVersion) {
      // What a server has prepared before may mean what is no longer there.
      seenVersion = version;
      byText.clear();
    }
    // A name is never used again: a server may still hold what was dropped from this map.
    return byText.computeIfAbsent(
        new Key(parse, nameScope),
        key -> new PreparedText(prefix + count++, parse, analyses.of(sql), nameScope));
  }

  /** The same text, to be prepared anew: what servers have of {@code old} is outdated. */
  PreparedText renewed(PreparedText old) {
    if (old.name().isEmpty()) {
      return old;
    }
    Key key = new Key(old.parse(), old.nameScope());
    PreparedText known = byText.get(key);
    if (known != null && !known.equals(old)) {
      return known;
    }
    PreparedText made =
        new PreparedText(prefix + count++, old.parse(), old.analysis(), old.nameScope());
    byText.put(key, made);
    return made;
  }
}

package dev.headroom.router.session;

import dev.headroom.pgwire.Bytes;
import dev.headroom.router.pool.PreparedText;
import dev.headroom.router.statement.AnalysisCache;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Prepared statements of all clients of one event loop: those equal in text, parameter types and
 * search_path share a name on the servers.
 */
final class PreparedTexts {
  private static final int MAX_ENTRIES = 5000;

  private record Key(Bytes parse, String searchPath) {}

  private final AnalysisCache analyses;
  private final String prefix;
  private final Map<Key, PreparedText> byText =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, PreparedText> eldest) {
          return size() > MAX_ENTRIES;
        }
      };
  private long count;

  PreparedTexts(AnalysisCache analyses, String prefix) {
    this.analyses = analyses;
    this.prefix = prefix;
  }

  /**
   * @param parse text and parameter types as in a Parse message
   * @param named prepared under a name, by the client or by us; else parsed anew each time
   */
  PreparedText of(Bytes parse, String sql, String searchPath, boolean named) {
    if (!named) {
      return new PreparedText("", parse, analyses.of(sql));
    }
    // A name is never used again: a server may still hold what was dropped from this map.
    return byText.computeIfAbsent(
        new Key(parse, searchPath),
        key -> new PreparedText(prefix + count++, parse, analyses.of(sql)));
  }
}

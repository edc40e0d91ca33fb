package dev.headroom.router.statement;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Analyses of texts that come again: those with parameters. A text with literals in it seldom does,
 * and is scanned each time. Belongs to one event loop.
 */
public final class AnalysisCache {
  private static final int MAX_ENTRIES = 5000;
  private static final int MAX_TEXT = 16 * 1024;

  private final Map<String, StatementAnalysis> bySql =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StatementAnalysis> eldest) {
          return size() > MAX_ENTRIES;
        }
      };

  public StatementAnalysis of(String sql) {
    if (sql.length() > MAX_TEXT) {
      return StatementAnalysis.of(sql);
    }
    StatementAnalysis known = bySql.get(sql);
    if (known == null) {
      known = StatementAnalysis.of(sql);
      bySql.put(sql, known);
    }
    return known;
  }
}

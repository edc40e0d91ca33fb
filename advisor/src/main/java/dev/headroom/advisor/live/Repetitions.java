package dev.headroom.advisor.live;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds statements that one request repeats with other values, where one statement would do.
 *
 * <p>Within a trace: the same statement at least five times with different values. Without traces:
 * as often in a row on one connection, at once after a statement that gave at least as many rows;
 * the rows are what the values come from. Not thread-safe.
 */
final class Repetitions {
  private static final int AT_LEAST = 5;
  private static final int TRACES = 2000;
  private static final int SESSIONS = 4000;
  private static final long GAP_NANOS = 20_000_000;

  /** A statement as it repeats. */
  static final class Repeated {
    final String sql;
    final Map<String, Integer> routes = new LinkedHashMap<>();
    long requests;
    long executions;
    double nanos;
    String source = "";

    private Repeated(String sql) {
      this.sql = sql;
    }
  }

  private static final class InTrace {
    final Map<String, Set<Long>> values = new LinkedHashMap<>();
    final Map<String, Double> nanos = new LinkedHashMap<>();
    final Set<String> told = new HashSet<>();
    String first = "";
  }

  private static final class InSession {
    String sql = "";
    String source = "";
    long sourceRows;
    long rows;
    long end;
    double nanos;
    final Set<Long> values = new HashSet<>();
  }

  private final Map<String, InTrace> traces = bounded(TRACES);
  private final Map<Long, InSession> sessions = bounded(SESSIONS);
  private final Map<String, Repeated> found = new LinkedHashMap<>();

  private static <K, V> Map<K, V> bounded(int size) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > size;
      }
    };
  }

  void inTrace(String trace, String sql, long valuesHash, double nanos) {
    InTrace seen = traces.computeIfAbsent(trace, _ -> new InTrace());
    if (seen.first.isEmpty()) {
      seen.first = sql;
    }
    Set<Long> values = seen.values.computeIfAbsent(sql, _ -> new HashSet<>());
    values.add(valuesHash);
    seen.nanos.merge(sql, nanos, Double::sum);
    if (values.size() == AT_LEAST && seen.told.add(sql)) {
      Repeated repeated = found.computeIfAbsent(sql, Repeated::new);
      repeated.requests++;
      repeated.executions += AT_LEAST;
      repeated.nanos += seen.nanos.getOrDefault(sql, 0.0);
      repeated.source = seen.first.equals(sql) ? repeated.source : seen.first;
    } else if (values.size() > AT_LEAST) {
      Repeated repeated = found.computeIfAbsent(sql, Repeated::new);
      repeated.executions++;
      repeated.nanos += nanos;
    }
  }

  /** Statements that this trace repeats. */
  Set<String> repeatedIn(String trace) {
    InTrace seen = traces.get(trace);
    return seen == null ? Set.of() : seen.told;
  }

  void route(String sql, String route) {
    Repeated repeated = found.get(sql);
    if (repeated != null) {
      repeated.routes.merge(route, 1, Integer::sum);
    }
  }

  void inSession(long session, String sql, long valuesHash, long rows, long start, double nanos) {
    InSession run = sessions.computeIfAbsent(session, _ -> new InSession());
    boolean goesOn = run.sql.equals(sql) && start - run.end < GAP_NANOS;
    if (!goesOn) {
      end(run);
      boolean follows = start - run.end < GAP_NANOS;
      run.source = follows ? run.sql : "";
      run.sourceRows = follows ? run.rows : 0;
      run.sql = sql;
      run.nanos = 0;
      run.values.clear();
    }
    run.values.add(valuesHash);
    run.rows = rows;
    run.nanos += nanos;
    run.end = start + (long) nanos;
  }

  private void end(InSession run) {
    int executions = run.values.size();
    if (executions >= AT_LEAST && run.sourceRows >= executions) {
      Repeated repeated = found.computeIfAbsent(run.sql, Repeated::new);
      repeated.requests++;
      repeated.executions += executions;
      repeated.nanos += run.nanos;
      repeated.source = run.source;
    }
  }

  List<Repeated> found() {
    sessions.values().forEach(this::end);
    sessions.clear();
    return new ArrayList<>(found.values());
  }
}

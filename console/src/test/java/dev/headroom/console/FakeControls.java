package dev.headroom.console;

import dev.headroom.apm.TelemetryQueries.GaugeValue;
import dev.headroom.apm.TelemetryQueries.MetricSeries;
import dev.headroom.apm.TelemetryQueries.Point;
import dev.headroom.apm.Window;
import dev.headroom.signals.Attributes;
import dev.headroom.signals.LatencySketch;
import dev.headroom.signals.LogRecord;
import dev.headroom.signals.Vocabulary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What limits, cache, alerts, right-sizing and the advisor would say of the invented system. */
final class FakeControls {
  static final String BURNING = "slow search";
  static final String QUIET = "errors > 2% for 1m";
  static final String INDEX = "missing-index:issues:tenant_id";

  private FakeControls() {}

  static List<GaugeValue> latest(String metric, Instant now) {
    return switch (metric) {
      case Vocabulary.LIMIT_CALLERS -> List.of(gauge(now, 214, Vocabulary.LIMIT_RULE, "per user"));
      case Vocabulary.CACHE_MEMORY ->
          List.of(gauge(now, 48.5e6, "headroom.limit_bytes", 134_217_728L));
      case Vocabulary.CACHE_ENTRIES -> List.of(gauge(now, 3_912));
      case Vocabulary.ALERT_STATE ->
          List.of(
              alert(now, 1, BURNING, "web GET /api/search", "firing", "p95 > 250ms for 5m"),
              alert(now, 1, BURNING, "web GET /api/audit", "pending", "p95 > 250ms for 5m"));
      case Vocabulary.ALERT_VALUE ->
          List.of(
              alert(now, 1.204, BURNING, "web GET /api/search", "firing", "p95 > 250ms for 5m"),
              alert(now, 0.312, BURNING, "web GET /api/audit", "pending", "p95 > 250ms for 5m"));
      case Vocabulary.SIZING_CPU ->
          List.of(
              bound(now, "web", "request", 0.5),
              bound(now, "web", "lower", 0.12),
              bound(now, "web", "target", 0.21),
              bound(now, "web", "upper", 0.62),
              bound(now, "mailer", "request", 0.1),
              bound(now, "mailer", "lower", 0.05),
              bound(now, "mailer", "target", 0.14),
              bound(now, "mailer", "upper", 0.4));
      case Vocabulary.SIZING_MEMORY ->
          List.of(
              bound(now, "web", "request", 512 << 20),
              bound(now, "web", "lower", 74 << 20),
              bound(now, "web", "target", 98 << 20),
              bound(now, "web", "upper", 310 << 20));
      case Vocabulary.SIZING_CONFIDENCE ->
          List.of(
              gauge(now, 2.4, Vocabulary.SERVICE, "web"),
              gauge(now, 0.2, Vocabulary.SERVICE, "mailer"));
      case Vocabulary.SIZING_COST ->
          List.of(
              gauge(now, 0.31, Vocabulary.SERVICE, "web", Vocabulary.WHEN, "now"),
              gauge(now, 0.14, Vocabulary.SERVICE, "web", Vocabulary.WHEN, "recommended"));
      case Vocabulary.NODES_COST ->
          List.of(
              cost(now, 0.2016, "on-demand", Vocabulary.CAPACITY_TYPE),
              cost(now, 0.1261, "spot", Vocabulary.CAPACITY_TYPE));
      case Vocabulary.NODES_BASELINE_COST ->
          List.of(gauge(now, 1.8144, "headroom.nodes", 18L, "host.type", "m7i.large"));
      case Vocabulary.ROUTER_POOL_LIMIT -> members(now, i -> i == 0 ? 12 : 20);
      case Vocabulary.ROUTER_WAITING -> members(now, i -> i == 2 ? 3 : 0);
      case Vocabulary.DB_CPU ->
          Stream.of(0, 1, 2, 3, 4)
              .map(
                  i ->
                      gauge(
                          now, 0.4 - 0.05 * i, Vocabulary.MEMBER, "pg-" + i, "headroom.cores", 8L))
              .toList();
      case Vocabulary.DB_MEMORY ->
          Stream.of(0, 1, 2, 3, 4)
              .map(
                  i ->
                      gauge(
                          now,
                          (212 + 9.0 * i) * (1 << 20),
                          Vocabulary.MEMBER,
                          "pg-" + i,
                          "headroom.limit_bytes",
                          16L << 30))
              .toList();
      case Vocabulary.REDIS_MEMORY_LIMIT ->
          Stream.of(0, 1, 2, 3, 4, 5)
              .map(i -> gauge(now, i == 2 ? 0 : 64 << 20, "headroom.redis.node", "redis-" + i))
              .toList();
      default -> List.of();
    };
  }

  private static List<GaugeValue> members(
      Instant now, java.util.function.IntToDoubleFunction value) {
    return Stream.of(0, 1, 2, 3, 4)
        .map(i -> gauge(now, value.applyAsDouble(i), Vocabulary.MEMBER, "pg-" + i))
        .toList();
  }

  private static GaugeValue gauge(Instant now, double value, Object... words) {
    return new GaugeValue(Attributes.of(words), now.minusSeconds(3), value);
  }

  private static GaugeValue cost(Instant now, double value, String word, String key) {
    return gauge(now, value, key, word, Vocabulary.SIMULATED, true);
  }

  private static GaugeValue bound(Instant now, String service, String bound, double value) {
    return gauge(now, value, Vocabulary.SERVICE, service, Vocabulary.BOUND, bound);
  }

  private static GaugeValue alert(
      Instant now, double value, String alert, String subject, String state, String condition) {
    return gauge(
        now,
        value,
        Vocabulary.ALERT,
        alert,
        Vocabulary.SUBJECT,
        subject,
        Vocabulary.STATE,
        state,
        Vocabulary.CONDITION,
        condition,
        Vocabulary.CHANNEL,
        "ops",
        Vocabulary.SEVERITY,
        "page",
        Vocabulary.SINCE,
        now.minusSeconds(424).toString());
  }

  static List<MetricSeries> series(
      String metric, Window window, Duration step, List<String> groupBy) {
    return switch (metric) {
      case Vocabulary.LIMIT_REQUESTS ->
          groupBy.contains(Vocabulary.LIMIT_RULE)
              ? List.of(
                  rate(window, step, 214, rule("per user", "allowed")),
                  rate(window, step, 3.4, rule("per user", "limited")),
                  rate(window, step, 5.9, rule("search", "allowed")),
                  rate(window, step, 0.7, rule("search", "observed")))
              : List.of(
                  rate(window, step, 219.9, Vocabulary.OUTCOME, "allowed"),
                  rate(window, step, 3.4, Vocabulary.OUTCOME, "limited"),
                  rate(window, step, 0.7, Vocabulary.OUTCOME, "observed"));
      case Vocabulary.LIMIT_OFFENDERS ->
          List.of(
              rate(window, step, 3.1, offender("user:4711")),
              rate(window, step, 0.3, offender("ip:192.0.2.17")));
      case Vocabulary.CACHE_REQUESTS ->
          groupBy.contains(Vocabulary.ROUTE)
              ? List.of(
                  rate(window, step, 70.2, cached("/assets/{file}", "hit")),
                  rate(window, step, 0.4, cached("/assets/{file}", "miss")),
                  rate(window, step, 0.9, cached("/api/reports/burndown", "hit")),
                  rate(window, step, 0.1, cached("/api/reports/burndown", "collapsed")),
                  rate(window, step, 0.05, cached("/api/reports/burndown", "revalidated")),
                  rate(window, step, 0.15, cached("/api/reports/burndown", "miss")),
                  rate(window, step, 9.4, cached("/api/issues", "bypass")))
              : List.of(
                  rate(window, step, 71.1, Vocabulary.OUTCOME, "hit"),
                  rate(window, step, 0.1, Vocabulary.OUTCOME, "collapsed"),
                  rate(window, step, 0.05, Vocabulary.OUTCOME, "revalidated"),
                  rate(window, step, 0.55, Vocabulary.OUTCOME, "miss"),
                  rate(window, step, 9.4, Vocabulary.OUTCOME, "bypass"));
      case Vocabulary.CACHE_SERVED_BYTES -> List.of(rate(window, step, 1.2e6));
      case Vocabulary.CACHE_EVICTIONS ->
          List.of(
              rate(window, step, 0.2, Vocabulary.REASON, "expired"),
              rate(window, step, 0.02, Vocabulary.REASON, "size"));
      case Vocabulary.CACHE_SHARED ->
          List.of(
              rate(window, step, 0.5, Vocabulary.OUTCOME, "hit"),
              rate(window, step, 0.1, Vocabulary.OUTCOME, "miss"),
              rate(window, step, 0.01, Vocabulary.OUTCOME, "timeout"));
      case Vocabulary.NODES_COST ->
          List.of(
              level(window, step, 0.2016, Vocabulary.CAPACITY_TYPE, "on-demand"),
              level(window, step, 0.1261, Vocabulary.CAPACITY_TYPE, "spot"));
      case Vocabulary.NODES_BASELINE_COST -> List.of(level(window, step, 1.8144));
      case Vocabulary.DB_CPU, Vocabulary.DB_MEMORY ->
          Stream.of(0, 1, 2, 3, 4)
              .map(
                  i ->
                      level(
                          window,
                          step,
                          metric.equals(Vocabulary.DB_CPU) ? 0.4 - 0.05 * i : 220e6 + 9e6 * i,
                          Vocabulary.MEMBER,
                          "pg-" + i))
              .toList();
      default -> List.of();
    };
  }

  private static Object[] rule(String rule, String outcome) {
    return new Object[] {Vocabulary.LIMIT_RULE, rule, Vocabulary.OUTCOME, outcome};
  }

  private static Object[] offender(String caller) {
    return new Object[] {Vocabulary.LIMIT_RULE, "per user", Vocabulary.CALLER, caller};
  }

  private static Object[] cached(String route, String outcome) {
    return new Object[] {
      Vocabulary.SERVICE, "web", Vocabulary.ROUTE, route, Vocabulary.OUTCOME, outcome
    };
  }

  private static MetricSeries rate(
      Window window, Duration step, double perSecond, Object... words) {
    return level(window, step, Math.rint(perSecond * step.toSeconds()), words);
  }

  private static MetricSeries level(Window window, Duration step, double value, Object... words) {
    List<Point> points = new ArrayList<>();
    for (Instant at = window.from(); at.isBefore(window.to()); at = at.plus(step)) {
      points.add(new Point(at, value, LatencySketch.empty()));
    }
    return new MetricSeries(Attributes.of(words), points);
  }

  static List<LogRecord> events(long now) {
    return List.of(
        event(
            now,
            30,
            Vocabulary.EVENT_ADVICE,
            "Each search reads all issues of the tenant. With this index it reads those that it"
                + " returns.",
            Map.of(
                Vocabulary.ADVICE_ID,
                INDEX,
                Vocabulary.ADVICE_KIND,
                "missing-index",
                Vocabulary.ADVICE_TITLE,
                "An index for the search in issues",
                Vocabulary.ADVICE_RANK,
                1L,
                Vocabulary.ADVICE_BENEFIT,
                914.0,
                Vocabulary.ADVICE_ACTION_TYPE,
                "sql",
                Vocabulary.ADVICE_ACTION,
                "CREATE INDEX CONCURRENTLY issues_tenant_title ON issues (tenant_id,"
                    + " lower(title) text_pattern_ops);",
                Vocabulary.STATE,
                "proposed",
                Vocabulary.ADVICE_EVIDENCE,
                """
                {"statement": "SELECT count(*) FROM issues WHERE tenant_id = $1 AND lower(title)\
                 LIKE $2", "calls": 9000, "millisPerCall": 131.2,
                 "before": {"millis": 128.4, "buffers": 18211, "plan": "Seq Scan on issues"},
                 "after": {"millis": 1.9, "buffers": 42, "plan": "Index Only Scan on issues"},
                 "notes": ["The index takes 11 MiB.", "Writes to issues take 2 % longer."]}\
                """)),
        event(
            now,
            31,
            Vocabulary.EVENT_ADVICE,
            "Most answers are the same for a tenant within 30 s.",
            Map.of(
                Vocabulary.ADVICE_ID,
                "cache:burndown",
                Vocabulary.ADVICE_KIND,
                "cacheable-endpoint",
                Vocabulary.ADVICE_TITLE,
                "Cache GET /api/reports/burndown for 30 s",
                Vocabulary.ADVICE_RANK,
                2L,
                Vocabulary.ADVICE_BENEFIT,
                380.0,
                Vocabulary.ADVICE_ACTION_TYPE,
                "document",
                Vocabulary.ADVICE_ACTION,
                "gateway:\n  cache:\n    - {path: /api/reports/**, ttl: 30s, vary: [tenant]}",
                Vocabulary.STATE,
                "proposed")),
        event(
            now,
            3000,
            Vocabulary.EVENT_ADVICE,
            "It was there twice.",
            Map.of(
                Vocabulary.ADVICE_ID,
                "duplicate-index:comments",
                Vocabulary.ADVICE_KIND,
                "duplicate-index",
                Vocabulary.ADVICE_TITLE,
                "comments_issue_id_2 does what comments_issue_id does",
                Vocabulary.ADVICE_BENEFIT,
                0.0,
                Vocabulary.ADVICE_ACTION_TYPE,
                "sql",
                Vocabulary.ADVICE_ACTION,
                "DROP INDEX CONCURRENTLY comments_issue_id_2;",
                Vocabulary.STATE,
                "applied")),
        event(
            now,
            424,
            Vocabulary.EVENT_ALERT,
            BURNING + " on web GET /api/search: p95 1.2s > 250ms for 5m",
            Map.of(
                Vocabulary.ALERT,
                BURNING,
                Vocabulary.STATE,
                "firing",
                Vocabulary.SEVERITY,
                "page",
                Vocabulary.CHANNEL,
                "ops")),
        event(
            now,
            423,
            Vocabulary.EVENT_NOTIFICATION,
            BURNING + ": told ops",
            Map.of(Vocabulary.CHANNEL, "ops", Vocabulary.STATE, "delivered")),
        event(
            now,
            900,
            Vocabulary.EVENT_RESIZE,
            "mailer: 0.05 → 0.1 cores",
            Map.of(Vocabulary.SERVICE, "mailer")),
        pool(now, 70, "pg-1", 24, 22),
        pool(now, 65, "pg-1", 22, 20),
        pool(now, 300, "pg-0", 9, 12));
  }

  private static LogRecord pool(long now, long secondsAgo, String member, long from, long to) {
    String reason =
        to > from
            ? "clients waited 1.4 ms for 8.8 of 9 in use"
            : "at most 14.2 in use in the last minute (225/s, each held 3.1 ms)";
    return event(
        now,
        secondsAgo,
        Vocabulary.EVENT_POOL,
        "pool of %s %s %d → %d: %s"
            .formatted(member, to > from ? "grew" : "shrank", from, to, reason),
        Map.of(
            Vocabulary.MEMBER,
            member,
            "headroom.from",
            from,
            "headroom.to",
            to,
            Vocabulary.REASON,
            reason));
  }

  private static LogRecord event(
      long now, long secondsAgo, String name, String body, Map<String, ?> words) {
    return LogRecord.event(
        now - secondsAgo * 1_000_000_000L, LogRecord.INFO, name, body, Attributes.of(words));
  }
}

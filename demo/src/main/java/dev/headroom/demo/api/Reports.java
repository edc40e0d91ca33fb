package dev.headroom.demo.api;

import dev.headroom.demo.db.Row;
import dev.headroom.demo.db.Session;
import dev.headroom.demo.faults.Fault;
import dev.headroom.demo.faults.Faults;
import dev.headroom.demo.http.Reply;
import java.util.List;
import java.util.Map;

/** The dashboard and the reports: aggregates over a tenant's issues. */
final class Reports {
  private static final String TOTALS =
      "SELECT status, count(*) AS issues, round(avg(extract(epoch FROM coalesce(closed_at, now()) -"
          + " created_at) / 3600)) AS hours FROM issues WHERE tenant_id = ? GROUP BY status";
  private static final String TOTALS_VIEW =
      "SELECT status, issues, hours FROM dashboard_totals WHERE tenant_id = ?";
  private static final String NEWEST =
      "SELECT id, title, status FROM issues WHERE tenant_id = ? ORDER BY created_at DESC LIMIT 5";
  private static final String BY_DAY =
      "SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS created,"
          + " count(closed_at) AS closed FROM issues WHERE tenant_id = ?"
          + " GROUP BY 1 ORDER BY 1 DESC LIMIT 30";
  private static final String BY_DAY_VIEW =
      "SELECT day, created, closed FROM throughput_by_day WHERE tenant_id = ?"
          + " ORDER BY day DESC LIMIT 30";
  private static final String YESTERDAY =
      "SELECT count(*) AS issues FROM issues WHERE tenant_id = ?"
          + " AND created_at >= current_date - 1 AND created_at < current_date";
  private static final String YESTERDAY_FUNCTION =
      "SELECT count(*) AS issues FROM issues WHERE tenant_id = ?"
          + " AND date(created_at) = current_date - 1";
  private static final String BY_ASSIGNEE =
      "SELECT i.assignee_id AS \"userId\", count(DISTINCT i.id) AS open,"
          + " coalesce(sum(t.minutes), 0) AS minutes FROM issues i LEFT JOIN time_entries t"
          + " ON t.issue_id = i.id WHERE i.tenant_id = ? AND i.status <> 'closed'"
          + " AND i.assignee_id IS NOT NULL GROUP BY i.assignee_id ORDER BY open DESC LIMIT 20";
  private static final String BY_ASSIGNEE_VIEW =
      "SELECT assignee_id AS \"userId\", open, minutes FROM workload_by_user WHERE tenant_id = ?"
          + " ORDER BY open DESC LIMIT 20";
  private static final String BY_LABEL =
      "SELECT l.id, l.name, coalesce(n.open, 0) AS open FROM labels l LEFT JOIN"
          + " (SELECT il.label_id, count(*) AS open FROM issues i JOIN issue_labels il"
          + " ON il.issue_id = i.id WHERE i.tenant_id = ? AND i.status = 'open'"
          + " GROUP BY il.label_id) n ON n.label_id = l.id WHERE l.tenant_id = ? ORDER BY l.id";
  private static final String BY_LABEL_CORRELATED =
      "SELECT l.id, l.name, (SELECT count(*) FROM issues i JOIN issue_labels il"
          + " ON il.issue_id = i.id WHERE i.tenant_id = l.tenant_id AND i.status = 'open'"
          + " AND il.label_id = l.id) AS open FROM labels l WHERE l.tenant_id = ? ORDER BY l.id";
  private static final String MINE =
      "SELECT status, count(*) AS issues FROM issues WHERE assignee_id = ? GROUP BY status";
  private static final String FORGOTTEN =
      "SELECT i.id, i.title, i.created_at AS \"createdAt\" FROM issues i WHERE i.tenant_id = ?"
          + " AND i.status <> 'closed' AND NOT EXISTS (SELECT 1 FROM comments c"
          + " WHERE c.issue_id = i.id AND c.created_at > now() - interval '30 days')"
          + " ORDER BY i.created_at LIMIT 50";
  private static final String FORGOTTEN_NOT_IN =
      "SELECT i.id, i.title, i.created_at AS \"createdAt\" FROM issues i WHERE i.tenant_id = ?"
          + " AND i.status <> 'closed' AND i.id NOT IN (SELECT c.issue_id FROM comments c"
          + " WHERE c.created_at > now() - interval '30 days') ORDER BY i.created_at LIMIT 50";
  private static final String IS_FRESH =
      "SELECT count(*) AS fresh FROM reports WHERE tenant_id = ? AND kind = 'summary'"
          + " AND built_at > now() - interval '30 seconds'";
  private static final String LOCK = "LOCK TABLE issues IN SHARE MODE";
  private static final String SUMMARY =
      "SELECT status, priority, count(*) AS issues FROM issues WHERE tenant_id = ?"
          + " GROUP BY status, priority";
  private static final String STORE =
      "INSERT INTO reports (tenant_id, kind, content) VALUES (?, 'summary', ?)"
          + " ON CONFLICT (tenant_id, kind)"
          + " DO UPDATE SET content = excluded.content, built_at = now()";

  private static final int REBUILD_MILLIS = 300;

  private final Faults faults;
  private final Downstream downstream;

  Reports(Faults faults, Downstream downstream) {
    this.faults = faults;
    this.downstream = downstream;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/dashboard", this::dashboard)
            .waits(Waits.READ)
            .is(Endpoint.Trait.HOLDS_CONNECTION)
            .cachedUnless(Fault.CACHE_DASHBOARD),
        Endpoint.of("GET", "/api/reports/throughput", this::throughput)
            .waits(Waits.REPORT)
            .slowBy(Fault.SLOW_THROUGHPUT)
            .is(Endpoint.Trait.HOLDS_CONNECTION)
            .cachedUnless(Fault.CACHE_THROUGHPUT),
        Endpoint.of("GET", "/api/reports/workload", this::workload)
            .waits(Waits.REPORT)
            .slowBy(Fault.SLOW_WORKLOAD)
            .is(Endpoint.Trait.HOLDS_CONNECTION)
            .cachedUnless(Fault.CACHE_WORKLOAD),
        Endpoint.of("GET", "/api/reports/ageing", this::ageing)
            .waits(Waits.REPORT)
            .slowBy(Fault.SLOW_AGEING)
            .is(Endpoint.Trait.HOLDS_CONNECTION),
        Endpoint.of("POST", "/api/reports/rebuild", this::rebuild));
  }

  private Reply dashboard(Call call) {
    return Call.ok(
        Map.of(
            "totals",
            call.session()
                .rows(faults.on(Fault.VIEW_DASHBOARD) ? TOTALS : TOTALS_VIEW, call.tenant()),
            "newest",
            call.session().rows(NEWEST, call.tenant())));
  }

  private Reply throughput(Call call) {
    String yesterday = faults.on(Fault.REWRITE_FUNCTION) ? YESTERDAY_FUNCTION : YESTERDAY;
    return Call.ok(
        Map.of(
            "items",
            call.session()
                .rows(faults.on(Fault.VIEW_THROUGHPUT) ? BY_DAY : BY_DAY_VIEW, call.tenant()),
            "yesterday",
            call.session().number(yesterday, call.tenant())));
  }

  private Reply workload(Call call) {
    String byAssignee = faults.on(Fault.VIEW_WORKLOAD) ? BY_ASSIGNEE : BY_ASSIGNEE_VIEW;
    List<Row> labels =
        faults.on(Fault.REWRITE_CORRELATED)
            ? call.session().rows(BY_LABEL_CORRELATED, call.tenant())
            : call.session().rows(BY_LABEL, call.tenant(), call.tenant());
    return Call.ok(
        Map.of("items", call.session().rows(byAssignee, call.tenant()), "labels", labels));
  }

  private Reply ageing(Call call) {
    String forgotten = faults.on(Fault.REWRITE_NOT_IN) ? FORGOTTEN_NOT_IN : FORGOTTEN;
    return Call.ok(
        Map.of(
            "items",
            call.session().rows(forgotten, call.tenant()),
            "mine",
            call.session().rows(MINE, call.user())));
  }

  private Reply rebuild(Call call) {
    boolean force = call.request().query("force").isPresent();
    if (!force && call.session().number(IS_FRESH, call.tenant()) > 0) {
      return Call.ok(Map.of("status", "fresh"));
    }
    if (faults.on(Fault.REPORT_BLOCKS_WRITERS)) {
      // The fault: every writer of every tenant waits until this report is done.
      call.session()
          .write(
              tx -> {
                tx.execute(LOCK);
                List<Row> summary = tx.rows(SUMMARY, call.tenant());
                work(call);
                return store(tx, call, summary);
              });
    } else {
      List<Row> summary = call.session().rows(SUMMARY, call.tenant());
      call.session().release();
      work(call);
      call.session().write(tx -> store(tx, call, summary));
    }
    return Call.ok(Map.of("status", "rebuilt"));
  }

  private void work(Call call) {
    downstream.call(REBUILD_MILLIS, call.trace(), call.downstream());
  }

  private static int store(Session tx, Call call, List<Row> summary) {
    return tx.update(STORE, call.tenant(), Json.string(summary));
  }
}

package dev.headroom.demo.data;

import dev.headroom.demo.faults.Fault;

/** A materialised view that answers an aggregate; it exists when the fault is cured. */
public enum View {
  DASHBOARD(
      Fault.VIEW_DASHBOARD,
      "dashboard_totals",
      "tenant_id, status",
      """
      SELECT tenant_id, status, count(*) AS issues,
             round(avg(extract(epoch FROM coalesce(closed_at, now()) - created_at) / 3600)) AS hours
      FROM issues GROUP BY tenant_id, status\
      """),
  THROUGHPUT(
      Fault.VIEW_THROUGHPUT,
      "throughput_by_day",
      "tenant_id, day",
      """
      SELECT tenant_id, (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS created,
             count(closed_at) AS closed
      FROM issues GROUP BY 1, 2\
      """),
  WORKLOAD(
      Fault.VIEW_WORKLOAD,
      "workload_by_user",
      "tenant_id, assignee_id",
      """
      SELECT i.tenant_id, i.assignee_id, count(DISTINCT i.id) AS open, coalesce(sum(t.minutes), 0) AS minutes
      FROM issues i LEFT JOIN time_entries t ON t.issue_id = i.id
      WHERE i.status <> 'closed' AND i.assignee_id IS NOT NULL
      GROUP BY 1, 2\
      """);

  private final Fault fault;
  private final String table;
  private final String key;
  private final String query;

  View(Fault fault, String table, String key, String query) {
    this.fault = fault;
    this.table = table;
    this.key = key;
    this.query = query;
  }

  public Fault fault() {
    return fault;
  }

  public String table() {
    return table;
  }

  String key() {
    return key;
  }

  String query() {
    return query;
  }
}

package dev.headroom.demo.faults;

import java.util.Locale;
import java.util.Optional;

/** A switch: on means that the application has the fault, off that it is cured. */
public enum Fault {
  N1_PROJECTS,
  N1_BOARD,
  N1_SEARCH,
  N1_AUDIT,
  N1_EXPORT,

  INDEX_AUDIT_EVENTS_ISSUE("audit_events (issue_id, id)"),
  INDEX_AUDIT_EVENTS_ACTOR("audit_events (actor_id, id)"),
  INDEX_AUDIT_EVENTS_TENANT("audit_events (tenant_id, created_at, id)"),
  INDEX_ATTACHMENTS_ISSUE("attachments (issue_id)"),
  INDEX_NOTIFICATIONS_USER("notifications (user_id, id)"),
  INDEX_ISSUE_WATCHERS_USER("issue_watchers (user_id, issue_id)"),
  INDEX_ISSUES_ASSIGNEE("issues (assignee_id, status)"),
  INDEX_ISSUES_EXTERNAL_REF("issues (external_ref)"),
  INDEX_TIME_ENTRIES_ISSUE("time_entries (issue_id)"),
  INDEX_SAVED_SEARCHES_USER("saved_searches (user_id)"),
  INDEX_SESSIONS_USER("sessions (user_id, expires_at)"),
  INDEX_OUTBOX_UNSENT("outbox (id) WHERE sent_at IS NULL"),

  REWRITE_NOT_IN,
  REWRITE_OR,
  REWRITE_FUNCTION,
  REWRITE_COUNT,
  REWRITE_OFFSET,
  REWRITE_DISTINCT,
  REWRITE_CORRELATED,
  REWRITE_CAST,

  VIEW_DASHBOARD,
  VIEW_THROUGHPUT,
  VIEW_WORKLOAD,

  CACHE_DASHBOARD,
  CACHE_PROJECTS,
  CACHE_USERS,
  CACHE_BOARD,
  CACHE_THROUGHPUT,
  CACHE_WORKLOAD,

  SLOW_SEARCH,
  SLOW_EXPORT,
  SLOW_AUDIT,
  SLOW_ACTIVITY,
  SLOW_AGEING,
  SLOW_THROUGHPUT,
  SLOW_WORKLOAD,

  SEARCH_WILDCARD("issues USING gin (to_tsvector('english', title || ' ' || body))"),
  WORKER_DIGEST,
  WORKER_RETENTION("audit_events (created_at)"),

  REPORT_BLOCKS_WRITERS,
  POOL_TOO_SMALL,
  ASSETS_PLAIN,
  DOWNSTREAM_BOTTLENECK;

  private final Optional<String> index;

  Fault() {
    this.index = Optional.empty();
  }

  Fault(String index) {
    this.index = Optional.of(index);
  }

  /** The name in {@code DEMO_FAULTS} and {@code faults.yaml}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What {@code CREATE INDEX … ON} creates when the fault is cured. */
  public Optional<String> index() {
    return index;
  }

  public String indexName() {
    return "cure_" + name().toLowerCase(Locale.ROOT);
  }
}
